"""Replies against the bytes that are here: what is taken, what begins again, what is refused."""

from __future__ import annotations

import pytest

from app.domain.download import ChangedOnServerError, RemoteFile, ServerAnswerError, WrongSizeError
from app.hub.download.resume_validator import Decision, ResumeValidator
from app.hub.network.http_response import HttpResponse, RangeRefusedError

SIZE, HASH = 1000, "a" * 64
KNOWN = RemoteFile("acme/m", "m.gguf", SIZE, HASH)
UNHASHED = RemoteFile("acme/m", "m.gguf", SIZE)


def identity(file: RemoteFile, etag: str = '"one"') -> ResumeValidator:
    one = ResumeValidator(file)
    one.etag = etag
    return one


def answer(
    start: int, etag: str = '"one"', size: int | None = SIZE, linked: str = ""
) -> HttpResponse:
    return HttpResponse(start, size, etag, linked)


def test_the_rest_of_the_same_file_is_taken() -> None:
    one = identity(KNOWN)
    assert one.check(answer(400), 400, one.if_range) == Decision()


def test_a_first_reply_gives_the_tag_that_guards_the_next() -> None:
    one = ResumeValidator(KNOWN)
    assert one.if_range == ""
    ruling = one.check(answer(0, '"new"'), 0, "")
    assert (ruling.accept, ruling.restart) == (True, True)
    assert one.if_range == '"new"'


def test_another_tag_for_bytes_of_a_known_hash_is_asked_once_without_guard() -> None:
    one = identity(KNOWN)
    first = one.check(answer(0, '"two"'), 400, one.if_range)
    assert (first.accept, first.restart) == (False, False)
    assert one.if_range == ""
    second = one.check(answer(0, '"two"'), 400, one.if_range)
    assert (second.accept, second.restart) == (True, False)
    assert "from its start" in second.notice


@pytest.mark.parametrize(("start", "take"), [(0, True), (400, False)])
def test_another_tag_without_a_hash_begins_again(start: int, take: bool) -> None:
    one = identity(UNHASHED)
    ruling = one.check(answer(start, '"two"'), 400, one.if_range)
    assert (ruling.accept, ruling.restart) == (take, True)
    assert "changed" in ruling.notice
    assert one.etag == '"two"'


def test_another_file_than_the_pinned_one_is_refused() -> None:
    with pytest.raises(ChangedOnServerError):
        identity(KNOWN).check(answer(0, linked="b" * 64), 0, "")
    with pytest.raises(WrongSizeError):
        identity(KNOWN).check(answer(0, size=SIZE + 1), 0, "")


def test_a_refused_range_begins_again_once() -> None:
    one, refused = identity(KNOWN), RangeRefusedError("no", SIZE)
    assert one.check_refused(refused, 400) == Decision(
        accept=False,
        restart=True,
        notice="The server refused to continue, so the download began again.",
    )
    with pytest.raises(ServerAnswerError):
        one.check_refused(refused, 400)
    with pytest.raises(WrongSizeError):
        identity(KNOWN).check_refused(RangeRefusedError("no", SIZE - 1), 400)
