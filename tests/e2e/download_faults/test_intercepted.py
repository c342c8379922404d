"""Something else answers while a download goes on: the bytes stay, and the reason is said."""

from __future__ import annotations

import pytest

from app.domain.download import InterceptedError, NetworkError, ServerAnswerError, WrongSizeError
from app.domain.errors import HubError
from tests.support.faults import CONTENT, Row, names_in, note, right_file
from tests.support.hub_kit import CHUNK, FILE, REPO, Kit

PAGE = {"Content-Type": "text/html; charset=utf-8"}
HELD = 600_000


@pytest.fixture
def broken_off(kit: Kit) -> Kit:
    """A download of which a part is here."""
    kit.policy = type(kit.policy)(tries=1)
    kit.hub.faults.drop_after = [HELD]
    with pytest.raises(NetworkError):
        kit.fetch()
    assert kit.part.stat().st_size == HELD
    return kit


def goes_on(kit: Kit) -> None:
    """The next try fetches what is missing and no more."""
    sent = kit.hub.sent
    kit.fetch()
    right_file(kit)
    assert kit.hub.sent - sent <= len(CONTENT) - HELD + CHUNK


@pytest.mark.parametrize(
    ("status", "headers"),
    [(200, PAGE), (206, PAGE), (200, {"Content-Type": "application/xhtml+xml"}), (511, PAGE)],
)
@pytest.mark.parametrize("where", ["hub_answers", "store_answers"])
def test_a_login_page_costs_no_byte_and_is_called_one(
    broken_off: Kit, table: list[Row], status: int, headers: dict[str, str], where: str
) -> None:
    setattr(broken_off.hub.faults, where, [(status, headers)])
    with pytest.raises(InterceptedError, match=r"web page|log in") as told:
        broken_off.fetch()
    assert "browser" in told.value.action
    assert broken_off.part.stat().st_size == HELD
    goes_on(broken_off)
    note(table, broken_off, f"login page ({status}) while resuming", "reason said, part kept")


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {"ETag": '"proxy"'}])
def test_a_reply_of_another_length_costs_no_byte(broken_off: Kit, headers: dict[str, str]) -> None:
    broken_off.hub.faults.store_answers = [(200, headers)]
    with pytest.raises(WrongSizeError, match="2 bytes"):
        broken_off.fetch()
    goes_on(broken_off)


def test_a_file_said_to_have_another_hash_now_costs_no_byte(broken_off: Kit) -> None:
    pinned = broken_off.pin()
    content = broken_off.hub.repos[REPO].files[FILE]
    broken_off.hub.repos[REPO].files[FILE] = b"x" * len(CONTENT)
    with pytest.raises(HubError, match="has changed"):
        broken_off.fetch(pinned)
    broken_off.hub.repos[REPO].files[FILE] = content
    goes_on(broken_off)


def test_other_bytes_of_the_same_length_are_noticed_before_they_are_taken(
    broken_off: Kit,
) -> None:
    broken_off.hub.faults.ignore_range = True
    broken_off.hub.faults.flip_at = 1_000
    with pytest.raises(InterceptedError, match="does not begin as the file does"):
        broken_off.fetch()
    broken_off.hub.faults.ignore_range = False
    broken_off.hub.faults.flip_at = None
    goes_on(broken_off)


def test_a_proxy_that_forbids_the_storage_host_is_called_one(broken_off: Kit) -> None:
    broken_off.hub.faults.store_answers = [(403, PAGE)]
    with pytest.raises(InterceptedError, match="web page"):
        broken_off.fetch()
    goes_on(broken_off)


@pytest.mark.parametrize("held", [True, False])
def test_a_page_of_no_type_and_no_length_is_no_beginning(
    kit: Kit, request: pytest.FixtureRequest, held: bool
) -> None:
    if held:
        request.getfixturevalue("broken_off")
    kit.hub.faults.unsized_page = b"Please log in." * 99
    with pytest.raises(InterceptedError, match="does not begin as the file does"):
        kit.fetch()
    kit.hub.faults.unsized_page = b""
    kit.fetch()
    right_file(kit)


def test_a_page_before_the_first_byte_leaves_nothing(kit: Kit) -> None:
    kit.hub.faults.store_answers = [(200, PAGE)]
    with pytest.raises(InterceptedError):
        kit.fetch()
    assert names_in(kit.target.parent) == []


def test_a_range_that_is_wrong_again_and_again_ends_as_a_reason_and_keeps_the_part(
    broken_off: Kit,
) -> None:
    wrong = (206, {"Content-Range": f"bytes 9-10/{len(CONTENT)}"})
    broken_off.hub.faults.store_answers = [wrong, wrong]
    with pytest.raises(ServerAnswerError, match="another range"):
        broken_off.fetch()
    goes_on(broken_off)


def test_a_proxy_that_wants_a_password_is_called_one(broken_off: Kit) -> None:
    broken_off.hub.faults.hub_answers = [(407, {})]
    with pytest.raises(InterceptedError, match="name and a password"):
        broken_off.fetch()
    goes_on(broken_off)
