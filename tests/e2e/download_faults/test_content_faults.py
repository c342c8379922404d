"""Faults of the bytes, of access and of names: nothing wrong is ever kept or told to a stranger."""

from __future__ import annotations

import random

import pytest

from app.domain.download import (
    AccessError,
    DamagedDownloadError,
    DownloadState,
    MissingRemoteError,
    NetworkError,
    RemoteFile,
    ServerAnswerError,
    UnsafeNameError,
    WrongSizeError,
)
from app.domain.errors import HubError
from tests.support.faults import CONTENT, SIZE, Row, names_in, note, nothing_usable, right_file
from tests.support.hub_kit import CHUNK, FILE, REPO, Kit, gguf


@pytest.mark.parametrize("error", [-1000, 1000])
def test_a_wrong_size_is_refused_before_a_byte_is_written(
    kit: Kit, table: list[Row], error: int
) -> None:
    kit.hub.faults.size_error = error
    with pytest.raises(WrongSizeError):
        kit.fetch()
    assert names_in(kit.target.parent) == []
    note(table, kit, f"wrong size ({error:+,} bytes)", "WrongSizeError, nothing kept")


def test_one_flipped_bit_is_found_and_nothing_usable_is_kept(kit: Kit, table: list[Row]) -> None:
    rounds, chance = 10, random.Random(2)
    for _ in range(rounds):
        kit.hub.faults.flip_at = chance.randrange(len(CONTENT))
        with pytest.raises(DamagedDownloadError):
            kit.fetch()
        assert names_in(kit.target.parent) == []
    note(table, kit, "one flipped bit", "DamagedDownloadError, nothing kept", rounds)
    kit.hub.faults.flip_at = None
    assert kit.fetch().verified
    right_file(kit)


def test_a_file_that_changed_between_runs_starts_again_and_says_so(
    kit: Kit, table: list[Row]
) -> None:
    kit.policy = type(kit.policy)(tries=1)
    kit.hub.faults.drop_after = [600_000]
    with pytest.raises(NetworkError):
        kit.fetch()
    other = gguf(random.Random(5).randbytes(SIZE))
    kit.hub.repos[REPO].files[FILE] = other
    kit.hub.repos[REPO].commit = "d" * 40
    result = kit.fetch()
    assert kit.target.read_bytes() == other
    assert any("changed on the server" in notice for notice in result.notices)
    note(table, kit, "file changed between runs", "right new file, says so")


def test_a_file_that_changes_under_its_pin_is_noticed(kit: Kit, table: list[Row]) -> None:
    file = kit.pin()
    kit.hub.repos[REPO].files[FILE] = gguf(random.Random(6).randbytes(SIZE))
    with pytest.raises(HubError, match="has changed"):
        kit.fetch(file)
    nothing_usable(kit)
    note(table, kit, "file changed after it was pinned", "ChangedOnServerError")


def test_another_tag_for_the_same_bytes_keeps_what_is_here(kit: Kit, table: list[Row]) -> None:
    kit.policy = type(kit.policy)(tries=1)
    kit.hub.faults.drop_after = [600_000]
    with pytest.raises(NetworkError):
        kit.fetch()
    kit.hub.faults.etag_salt = "another storage host"
    result = kit.fetch()
    right_file(kit)
    assert result.fetched <= len(CONTENT) - 600_000 + CHUNK
    note(table, kit, "ETag changed, SHA-256 the same", "right file, part kept")


@pytest.mark.parametrize("ignore_if_range", [False, True])
def test_a_changed_tag_starts_again_where_no_hash_is_known(
    kit: Kit, table: list[Row], ignore_if_range: bool
) -> None:
    kit.hub.faults.no_hash = True
    kit.hub.faults.ignore_if_range = ignore_if_range
    kit.policy = type(kit.policy)(tries=1)
    kit.hub.faults.drop_after = [600_000]
    with pytest.raises(NetworkError):
        kit.fetch()
    other = gguf(random.Random(7).randbytes(SIZE))
    kit.hub.repos[REPO].files[FILE] = other
    result = kit.fetch()
    assert kit.target.read_bytes() == other
    assert not result.verified
    assert any("changed on the server" in notice for notice in result.notices)
    note(
        table,
        kit,
        f"ETag changed, no SHA-256 known{', If-Range ignored' if ignore_if_range else ''}",
        "right new file, says so",
    )


def test_a_gated_repository_is_refused_and_opens_with_a_token(kit: Kit, table: list[Row]) -> None:
    kit.hub.repos[REPO].gated = True
    with pytest.raises(AccessError, match="gated"):
        kit.fetch()
    nothing_usable(kit)
    kit.token = kit.hub.token
    assert kit.fetch().state is DownloadState.DONE
    right_file(kit)
    note(table, kit, "403 gated, then with a token", "AccessError, then right file")


def test_the_token_never_reaches_another_host(kit: Kit, table: list[Row]) -> None:
    kit.token = kit.hub.token
    kit.hub.faults.drop_after = [1, 100_000]
    kit.fetch()
    right_file(kit)
    assert all("authorization" in seen.headers for seen in kit.hub.of_bytes("hub"))
    assert len(kit.hub.of_bytes()) == 3
    assert not any("authorization" in seen.headers for seen in kit.hub.of_bytes())
    assert not any(kit.token in str(seen) for seen in kit.hub.of_bytes())
    note(table, kit, "redirect to another host, with a token", "right file, token stayed home")


def test_a_missing_file_or_repository_is_told(kit: Kit, table: list[Row]) -> None:
    with pytest.raises(MissingRemoteError):
        kit.client.pin(REPO, ("no.gguf",))
    with pytest.raises(MissingRemoteError):
        kit.client.pin("acme/nothing", (FILE,))
    with pytest.raises(MissingRemoteError):
        kit.fetch(RemoteFile(REPO, "gone.gguf", 5, "a" * 64, "c" * 40))
    nothing_usable(kit)
    note(table, kit, "404", "MissingRemoteError")


def test_redirects_in_circles_and_to_other_schemes_are_refused(kit: Kit, table: list[Row]) -> None:
    kit.hub.faults.redirect_loop = True
    with pytest.raises(ServerAnswerError):
        kit.fetch()
    kit.hub.faults.redirect_loop = False
    for address in ("file:///etc/passwd", "ftp://localhost/x", "", "data:,x"):
        kit.hub.faults.redirect_to = address or "javascript:x"
        with pytest.raises(ServerAnswerError):
            kit.fetch()
    nothing_usable(kit)
    note(table, kit, "redirect loop, redirect to file:, ftp:, data:", "ServerAnswerError")


HOSTILE = [
    "../evil.gguf",
    "a/../../evil.gguf",
    "/etc/evil.gguf",
    "C:\\evil.gguf",
    "C:/evil.gguf",
    "\\\\host\\share.gguf",
    "con.gguf",
    "NUL.gguf",
    "com1.gguf",
    "LPT¹.gguf",
    "aux .gguf",
    "a/CON/b.gguf",
    "trailing./b.gguf",
    "line\nbreak.gguf",
    "nul\0byte.gguf",
    "right\u202eto-left.gguf",
    "question?.gguf",
    "a//b.gguf",
    "./b.gguf",
]


def test_hostile_names_are_not_offered_and_not_fetched(kit: Kit, table: list[Row]) -> None:
    long_name = "x" * 300 + ".gguf"
    kit.hub.repos[REPO].files.update(dict.fromkeys([*HOSTILE, long_name], b"evil"))
    listed = kit.client.repository(REPO)
    assert {model.name for model in listed.models} == {FILE, long_name}
    assert len(listed.refused) == len(HOSTILE)
    queue = kit.queue()
    try:
        for name in HOSTILE:
            with pytest.raises(UnsafeNameError):
                queue.add(REPO, (name,))
    finally:
        queue.close()
    assert kit.hub.of_bytes() == []
    outside = [path for path in kit.folder.rglob("*") if "evil" in path.name]
    assert outside == []
    note(table, kit, "hostile names (../, absolute, devices, …)", "refused", len(HOSTILE))
