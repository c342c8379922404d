"""Server-sent events, read from bytes in pieces of any size.

After the WHATWG's HTML standard, 9.2.6: lines end in CR, LF or both, a blank line ends an event,
lines of an event's data are joined, comments and unknown fields are ignored. Bytes become text when
an event is whole, so a letter that is cut by a packet comes out whole.
"""

from __future__ import annotations

MAX_EVENT = 4 * 2**20  # bytes; an event is a few hundred, or a whole answer at most
_LINE_ENDS = b"\r\n"


class EventTooLargeError(Exception):
    """An event is larger than :data:`MAX_EVENT`: whatever comes is no stream of words."""


class EventStreamReader:
    """Takes bytes as they come and gives the data of each event that is whole.

    Args:
        most: Bytes that are held at most while an event is not whole.
    """

    def __init__(self, most: int = MAX_EVENT) -> None:
        self._most = most
        self._pending = bytearray()
        self._searched = 0
        self._after_cr = False
        self._data: list[bytes] = []
        self._size = 0
        self._at_start = True

    def feed(self, data: bytes) -> list[str]:
        """The data of the events that ``data`` completes.

        Raises:
            EventTooLargeError: One is larger than is held.
        """
        self._pending += data
        found: list[str] = []
        done = 0
        while (end := self._line_end()) >= 0:
            line = bytes(self._pending[done:end])
            self._after_cr = self._pending[end] == _LINE_ENDS[0]
            done = self._searched = end + 1
            if self._take(line) and self._data:
                found.append(self._event())
        del self._pending[:done]
        self._searched -= done
        if len(self._pending) + self._size > self._most:
            raise EventTooLargeError
        return found

    def finish(self) -> list[str]:
        """What is left when the stream ends: an event whose last line has no end."""
        line = bytes(self._pending)
        self._pending.clear()
        if line:
            self._take(line)
        return [self._event()] if self._data else []

    def _line_end(self) -> int:
        """Where the next line ends; -1 where none is whole. Nothing is looked at twice."""
        pending, at = self._pending, self._searched
        if self._after_cr and at < len(pending):
            self._after_cr = False
            if pending[at] == _LINE_ENDS[1]:  # the second half of a line end
                del pending[at]
        lf, cr = pending.find(b"\n", at), pending.find(b"\r", at)
        self._searched = len(pending)
        return min(lf, cr) if lf >= 0 and cr >= 0 else max(lf, cr)

    def _take(self, line: bytes) -> bool:
        """Read one line; whether it ends an event."""
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line:
            return True
        field, _, value = line.partition(b":")
        if field == b"data":
            value = value.removeprefix(b" ")
            self._data.append(value)
            self._size += len(value) + 1
            if self._size > self._most:
                raise EventTooLargeError
        return False

    def _event(self) -> str:
        text = b"\n".join(self._data).decode("utf-8", "replace")
        self._data.clear()
        self._size = 0
        return text
