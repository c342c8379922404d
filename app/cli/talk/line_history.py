"""Lines that were typed before, kept in the user's data folder for the next time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit.history import History

from app.cli.streams import tell
from app.domain.private_files import make_file, read_file
from app.language import tr
from app.language.system_reasons import reason_of

MOST = 1_000  # lines that are kept
LONGEST = 20_000  # characters; a longer one is a pasted text, and not typed again


class LineHistory(History):
    """A line of JSON for each line that was typed, in a file that only its user can read.

    Where it cannot be read or written, lines last for this talk, and that is said once.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._kept = True

    def load_history_strings(self) -> Iterable[str]:
        """The lines, the newest first."""
        lines = self._read()
        if len(lines) > 2 * MOST:
            lines = lines[-MOST:]
            self._write("w", lines)
        return lines[: -MOST - 1 : -1]

    def store_string(self, string: str) -> None:
        """Add a line."""
        if len(string) <= LONGEST:
            self._write("a", [string])

    def _read(self) -> list[str]:
        try:
            text = read_file(self._path).decode("ascii", "replace")
        except FileNotFoundError:
            return []
        except OSError as error:
            self._give_up(error)
            return []
        return [line for row in text.split("\n") for line in _line_of(row)]

    def _write(self, mode: str, lines: list[str]) -> None:
        if not self._kept:
            return
        try:
            make_file(self._path)
            with self._path.open(mode, encoding="ascii", newline="\n") as file:
                file.writelines(json.dumps(line) + "\n" for line in lines)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self._kept = False
        tell(
            tr("What you type cannot be kept for the next time: {reason}.", reason=reason_of(error))
        )


def _line_of(row: str) -> list[str]:
    """The line in a row; none in a row that is empty, damaged, or was being written."""
    try:
        line = json.loads(row)
    except ValueError:
        return []
    return [line] if isinstance(line, str) else []
