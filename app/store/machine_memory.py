"""What Phial learned about this machine: the ladder step that worked, the speeds it measured.

None of it is the user's words: what cannot be read or kept is learned anew, and a damaged file is
set aside.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from app.domain.errors import KnownError
from app.store.database.files import read_json, write_json

_log = logging.getLogger(__name__)
_WEIGHT = 0.3  # of a new measurement against the average so far; recent runs count more


class LadderStore:
    """Which step of the step-down ladder worked, by a key the engine chooses.

    Args:
        path: A JSON file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def get(self, key: str) -> int:
        """The remembered step; 0, the first, where nothing is remembered."""
        with self._lock:
            value = _read(self._path).get(key, 0)
        return value if isinstance(value, int) and value >= 0 else 0

    def steps(self) -> dict[str, int]:
        """Every remembered step that is not the first, by key."""
        with self._lock:
            found = _read(self._path).items()
        return {key: step for key, step in found if isinstance(step, int) and step > 0}

    def set(self, key: str, step: int) -> None:
        """Remember a step, where the disk allows it."""
        with self._lock:
            data = _read(self._path)
            data[key] = step
            _write(self._path, data)


@dataclass(frozen=True, slots=True)
class DepthSpeed:
    """How fast one model wrote with about so much before it, averaged.

    Attributes:
        tokens: In the context while it was written.
        rate: Tokens a second.
        answers: How many were measured.
    """

    tokens: float
    rate: float
    answers: int


@dataclass(frozen=True, slots=True)
class ModelSpeeds:
    """Measured rates of one model on this machine, averaged.

    Attributes:
        prompt_tokens_per_second: Reading; 0 where never measured.
        completion_tokens_per_second: Writing; 0 where never measured.
        answers: How many answers were measured.
        depths: Writing, by tokens in the context; one for each doubling, the shallowest first.
    """

    prompt_tokens_per_second: float = 0.0
    completion_tokens_per_second: float = 0.0
    answers: int = 0
    depths: tuple[DepthSpeed, ...] = ()


class SpeedStore:
    """Speeds by a model file's hash.

    Args:
        path: A JSON file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def get(self, model_sha256: str) -> ModelSpeeds:
        """What was measured; zeros where nothing was."""
        with self._lock:
            return _speeds(_read(self._path).get(model_sha256))

    def record(
        self, model_sha256: str, prompt_rate: float, completion_rate: float, depth: float = 0.0
    ) -> ModelSpeeds:
        """Add one answer's rates in tokens a second (0: not measured this time).

        Args:
            model_sha256: Of the model's file.
            prompt_rate: Reading.
            completion_rate: Writing.
            depth: Tokens in the context while it was written; 0 where unknown.

        Returns:
            The averages now, which are kept where the disk allows it.
        """
        with self._lock:
            data = _read(self._path)
            old = _speeds(data.get(model_sha256))
            new = ModelSpeeds(
                _average(old.prompt_tokens_per_second, prompt_rate),
                _average(old.completion_tokens_per_second, completion_rate),
                old.answers + 1,
                _with_depth(old.depths, depth, completion_rate),
            )
            data[model_sha256] = asdict(new)
            _write(self._path, data)
        return new


def _read(path: Path) -> dict[str, object]:
    try:
        return read_json(path)[0]
    except KnownError as error:
        _log.warning("%s", error)
        return {}


def _write(path: Path, data: dict[str, object]) -> None:
    try:
        write_json(path, data)
    except KnownError as error:
        _log.warning("%s", error)


def _speeds(value: object) -> ModelSpeeds:
    if not isinstance(value, dict):
        return ModelSpeeds()
    return ModelSpeeds(
        _rate(value.get("prompt_tokens_per_second")),
        _rate(value.get("completion_tokens_per_second")),
        int(_rate(value.get("answers"))),
        _depths(value.get("depths")),
    )


def _depths(value: object) -> tuple[DepthSpeed, ...]:
    if not isinstance(value, list):
        return ()
    found = (
        DepthSpeed(_rate(one.get("tokens")), _rate(one.get("rate")), int(_rate(one.get("answers"))))
        for one in value
        if isinstance(one, dict)
    )
    return tuple(one for one in found if one.tokens and one.rate)


def _with_depth(
    depths: tuple[DepthSpeed, ...], depth: float, rate: float
) -> tuple[DepthSpeed, ...]:
    """The averages with one answer more, in the same doubling of tokens as others were."""
    if depth < 1 or rate <= 0:
        return depths
    kept = {int(one.tokens).bit_length(): one for one in depths}
    band = int(depth).bit_length()
    old = kept.get(band, DepthSpeed(0.0, 0.0, 0))
    tokens, speed = _average(old.tokens, depth), _average(old.rate, rate)
    kept[band] = DepthSpeed(tokens, speed, old.answers + 1)
    return tuple(kept[key] for key in sorted(kept))


def _rate(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e9 else 0.0


def _average(old: float, new: float) -> float:
    if new <= 0:
        return old
    return new if old <= 0 else old + _WEIGHT * (new - old)
