"""What goes wrong is told in the terminal without a word of the window's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from app.cli.talk.failure_words import told, told_in_talk, told_of_question
from app.domain.endpoints.endpoint import AnswerCutError, EndpointBusyError, EndpointError
from app.domain.errors import EngineError, KnownError, OfflineError, PromptTooLongError
from tests.support.terminal import parsers

OF_THE_WINDOW = re.compile(r"in Settings|[Cc]hoose (Continue|Answer again)|its own field|button")


def kinds(of: type[KnownError]) -> Iterator[type[KnownError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def errors() -> list[KnownError]:
    """One of each kind that an engine, an endpoint or the switch for Offline may cause."""
    found = {EngineError, OfflineError, *kinds(EngineError)}
    own = [kind for kind in found if kind.__module__.startswith("app.domain")]
    made = [kind("It broke.") for kind in own if kind.__init__ is KnownError.__init__]
    return [*made, PromptTooLongError(9, 4)]


@pytest.mark.parametrize("tell", [told, told_of_question, told_in_talk])
def test_nothing_tells_to_press_what_a_terminal_has_not(
    tell: Callable[[KnownError], str],
) -> None:
    said = {type(error): tell(error) for error in errors()}
    assert len(said) > 20
    assert {kind: one for kind, one in said.items() if OF_THE_WINDOW.search(one)} == {}


def test_what_an_error_says_of_its_own_stays() -> None:
    error = EndpointBusyError("It is busy.", action="Wait for 7 s.")
    assert told_of_question(error) == "It is busy. Wait for 7 s."


def test_of_a_question_no_chat_is_said_to_be_safe() -> None:
    assert "kept" not in told_of_question(EndpointError("No.")) + told(EndpointError("No."))
    assert "kept" in told_in_talk(EndpointError("No."))
    assert "safe" in told(EngineError("No."))
    assert "safe" not in told_of_question(EngineError("No."))
    assert "Nothing was sent." in told_of_question(OfflineError("Offline is on."))
    assert "/continue" in told_in_talk(AnswerCutError("It was cut."))


def test_help_says_how_a_model_elsewhere_is_named() -> None:
    helps = dict(parsers())
    assert "ENDPOINT/MODEL" in helps["ask"].format_help()
    assert "ENDPOINT/MODEL" not in helps["serve"].format_help()  # it is lent to nobody
