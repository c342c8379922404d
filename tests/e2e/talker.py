"""A copy of Phial without a face, to be killed: asks one question and tells what streamed in.

Run as ``python -m tests.e2e.talker MODEL``; prints "ID answer-id", then "seconds characters" for
each piece of the answer, on the system's monotonic clock.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from app.compose import build_services
from app.services.core.events import AnswerEnded, AnswerTextAdded, Event
from app.services.models.model_files import read_model_file
from app.setup import prepare


def main() -> None:
    setup = prepare()  # ends with the process
    services = build_services(setup, model=read_model_file(Path(sys.argv[1])))
    over = threading.Event()
    total = 0

    def listen(event: Event) -> None:
        nonlocal total
        if isinstance(event, AnswerTextAdded):
            total += len(event.text)
            print(f"{time.monotonic():.4f} {total}", flush=True)
        elif isinstance(event, AnswerEnded):
            over.set()

    services.bus.subscribe(listen)
    exchange = services.chat.send(services.library.create().id, "Go on for ever.")
    print(f"ID {exchange.answer_id}", flush=True)
    over.wait()
    services.close()


if __name__ == "__main__":
    main()
