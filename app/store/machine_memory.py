"""What Phial learned about this machine: the ladder step that worked, the speeds it measured.

None of it is the user's words: a damaged file is set aside and learned anew.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from app.store.files import read_json, write_json

_WEIGHT = 0.3  # of a new measurement against the average so far; recent runs count more


class LadderMemory:
    """Which step of the step-down ladder worked, by a key the engine chooses.

    Args:
        path: A JSON file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def get(self, key: str) -> int:
        """The remembered step; 0, the first, where nothing is remembered.

        Raises:
            KnownError: The file cannot be read.
        """
        with self._lock:
            value = read_json(self._path)[0].get(key, 0)
        return value if isinstance(value, int) and value >= 0 else 0

    def steps(self) -> dict[str, int]:
        """Every remembered step that is not the first, by key.

        Raises:
            KnownError: The file cannot be read.
        """
        with self._lock:
            found = read_json(self._path)[0].items()
        return {key: step for key, step in found if isinstance(step, int) and step > 0}

    def set(self, key: str, step: int) -> None:
        """Remember a step.

        Raises:
            KnownError: The file cannot be written; the step in force is not affected.
        """
        with self._lock:
            data, _ = read_json(self._path)
            data[key] = step
            write_json(self._path, data)


@dataclass(frozen=True, slots=True)
class Speeds:
    """Measured rates of one model on this machine, averaged.

    Attributes:
        prompt_tokens_per_second: Reading; 0 where never measured.
        completion_tokens_per_second: Writing; 0 where never measured.
        answers: How many answers were measured.
    """

    prompt_tokens_per_second: float = 0.0
    completion_tokens_per_second: float = 0.0
    answers: int = 0


class Measurements:
    """Speeds by a model file's hash.

    Args:
        path: A JSON file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def get(self, model_sha256: str) -> Speeds:
        """What was measured; zeros where nothing was.

        Raises:
            KnownError: The file cannot be read.
        """
        with self._lock:
            return _speeds(read_json(self._path)[0].get(model_sha256))

    def record(self, model_sha256: str, prompt_rate: float, completion_rate: float) -> Speeds:
        """Add one answer's rates in tokens a second (0: not measured this time).

        Returns:
            The averages now.

        Raises:
            KnownError: The file cannot be written.
        """
        with self._lock:
            data, _ = read_json(self._path)
            old = _speeds(data.get(model_sha256))
            new = Speeds(
                _average(old.prompt_tokens_per_second, prompt_rate),
                _average(old.completion_tokens_per_second, completion_rate),
                old.answers + 1,
            )
            data[model_sha256] = asdict(new)
            write_json(self._path, data)
        return new


def _speeds(value: object) -> Speeds:
    if not isinstance(value, dict):
        return Speeds()
    return Speeds(
        _rate(value.get("prompt_tokens_per_second")),
        _rate(value.get("completion_tokens_per_second")),
        int(_rate(value.get("answers"))),
    )


def _rate(value: object) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e9 else 0.0


def _average(old: float, new: float) -> float:
    if new <= 0:
        return old
    return new if old <= 0 else old + _WEIGHT * (new - old)
