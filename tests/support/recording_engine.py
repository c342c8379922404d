"""An engine process that writes down what it is asked, and gives short answers to everything.

It runs in the real one's place, over the same pipes and frames; each line that arrives is appended
to the file that :data:`tests.support.terminal.ENGINE_LOG` names.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from app.domain.generation import Finished, GenerationRequest, StopReason, TextDelta, Timings
from app.domain.model import Device, KvType, LoadedModel, LoadPlan, LoadRequest
from app.engine.process import frames
from app.process import messages
from tests.support.terminal import ENGINE_LOG

ANSWER = "It was written down."
CONTEXT = 4_096
FATAL = "Fall over."  # the question in whose answer it ends without a word


def main() -> None:
    """Serve until the input ends."""
    _send(frames.ReadyReply(0.0))
    with open(os.environ[ENGINE_LOG], "ab", buffering=0) as log:  # noqa: PTH123 - unbuffered
        for line in sys.stdin.buffer:
            log.write(line)
            for frame in _answers(frames.decode(line)):
                _send(frame)


def _send(frame: object) -> None:
    sys.stdout.buffer.write(frames.encode(frame))
    sys.stdout.buffer.flush()


def _answers(asked: Any) -> list[object]:
    match asked:
        case frames.GenerateCommand(id=number, request=request) if _kills(request):
            _send(frames.EventReply(number, TextDelta(ANSWER, 5)))
            os._exit(1)
        case frames.StartBackendCommand(id=number):
            return [frames.BackendReply(number, "recording", "test")]
        case frames.LoadCommand(id=number, request=request):
            return [frames.LoadedReply(number, _loaded(request))]
        case frames.GenerateCommand(id=number, request=request):
            limited = request.sampling.max_tokens is not None
            reason = StopReason.MAX_TOKENS if limited else StopReason.END_OF_TURN
            end = Finished(reason, Timings(3, 3, 0, 5), request.sampling.seed or 0)
            emitted = [frames.EventReply(number, event) for event in (TextDelta(ANSWER, 5), end)]
            return [*emitted, messages.DoneReply(number)]
        case frames.CountTokensCommand(id=number, texts=texts):
            return [frames.TokenCountsReply(number, tuple(len(text.split()) for text in texts))]
        case frames.ListDevicesCommand(id=number):
            return [frames.DevicesReply(number, (Device("CPU", "Recorded", "CPU"),))]
        case frames.SaveStateCommand(id=number) | frames.ReadAheadCommand(id=number):
            return [messages.DoneReply(number)]
        case frames.ConfigureCommand(id=number) if number:
            return [messages.DoneReply(number)]
        case messages.QuitCommand():
            sys.exit()
        case _:
            return []


def _kills(request: GenerationRequest) -> bool:
    return request.turns[-1].content == FATAL


def _loaded(request: LoadRequest) -> LoadedModel:
    size = request.context_size or CONTEXT
    plan = LoadPlan(size, 0, request.kv_type or KvType.F16, 1, 32, True, 0, 0, 0)
    return LoadedModel(request.source, "Recorded", "phi3", "F32", 1, size, size, "phi-4", plan)


if __name__ == "__main__":
    main()
