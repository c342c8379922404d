"""A process that migrates a database and kills itself after so many steps of SQLite.

``migrating.py DATABASE [STEPS]``; without a number it prints how many steps the whole takes.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from app.store.database.connect import open_writer
from app.store.database.migrations import migrate

EACH = 20  # instructions of SQLite's virtual machine


def main() -> None:
    path, *rest = sys.argv[1:]
    last = int(rest[0]) if rest else -1
    done = 0

    def step() -> int:
        nonlocal done
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)
        done += 1
        return 0

    with closing(open_writer(Path(path))) as connection:
        connection.set_progress_handler(step, EACH)
        migrate(connection, lambda _version: None)
    print(done)


if __name__ == "__main__":
    main()
