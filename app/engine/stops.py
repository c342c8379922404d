"""Stop strings: text is held back exactly as long as it may be the beginning of one."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.answers.reasoning import overlap


class StopFilter:
    """Feeds text through and cuts it before the first stop string.

    Attributes:
        met: The stop string that was met; empty until then.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._held = ""
        self.met = ""

    def feed(self, text: str) -> str:
        """Text that may be shown now. After :attr:`met` is set, nothing more comes."""
        if not self._stops:
            return text
        if self.met:
            return ""
        held = self._held + text
        found = [(at, stop) for stop in self._stops if (at := held.find(stop)) >= 0]
        if found:
            at, self.met = min(found)
            self._held = ""
            return held[:at]
        keep = max(overlap(held, stop) for stop in self._stops)
        self._held = held[len(held) - keep :]
        return held[: len(held) - keep]

    def end(self) -> str:
        """What was held back for a stop string that never came."""
        held, self._held = self._held, ""
        return held
