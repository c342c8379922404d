"""Faults of the line and of the server: the download heals, or ends as a reason."""

from __future__ import annotations

import random
import socket
import threading
import time
from pathlib import Path

import pytest

from app.domain.download import (
    BusyServerError,
    DownloadState,
    InsecureConnectionError,
    NetworkError,
    RemoteFile,
    ServerAnswerError,
    StalledError,
)
from app.domain.errors import OfflineError
from tests.support.faults import CONTENT, HASH, Row, note, nothing_usable, right_file
from tests.support.hub_kit import CHUNK, FILE, REPO, Kit, make_kit
from tests.support.hub_server import self_signed


def test_connections_dropped_at_random_bytes_cost_no_byte_twice(kit: Kit, table: list[Row]) -> None:
    rounds, chance = 12, random.Random(1)
    for _ in range(rounds):
        kit.hub.faults.drop_after = [chance.randrange(1, 400_000) for _ in range(3)]
        assert kit.fetch().state is DownloadState.DONE
        right_file(kit)
        kit.target.unlink()
    assert kit.hub.sent == rounds * len(CONTENT)
    note(table, kit, "connection dropped at random bytes (3 a round)", "right file", rounds)


def test_a_silent_connection_is_given_up_and_continued(kit: Kit, table: list[Row]) -> None:
    kit.stall_seconds = 0.15
    kit.hub.faults.stall_after = [200_000, 1]
    assert kit.fetch().state is DownloadState.DONE
    right_file(kit)
    note(table, kit, "stall (silent after 200,000 bytes, then after 1)", "right file")


def test_a_server_that_always_stalls_ends_as_a_reason_and_keeps_the_part(
    kit: Kit, table: list[Row]
) -> None:
    kit.stall_seconds = 0.05
    kit.hub.faults.stall_after = [100_000] + [0] * 20
    with pytest.raises(StalledError):
        kit.fetch()
    nothing_usable(kit)
    assert kit.part.stat().st_size == 100_000
    note(table, kit, "stall for ever", "StalledError, part kept")
    kit.hub.faults.stall_after = []
    assert kit.fetch().fetched <= len(CONTENT) - 100_000 + CHUNK
    right_file(kit)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_server_is_asked_again_after_the_time_it_names(
    kit: Kit, table: list[Row], status: int
) -> None:
    kit.hub.faults.hub_answers = [(status, {"Retry-After": "17"})]
    kit.hub.faults.store_answers = [(status, {})]
    assert kit.fetch().state is DownloadState.DONE
    right_file(kit)
    assert kit.waits[0] >= 17
    assert kit.waits[1] < 17
    note(table, kit, f"{status}, with Retry-After and without", "right file")


def test_waits_grow_while_the_server_stays_busy(kit: Kit) -> None:
    kit.hub.faults.hub_answers = [(503, {})] * 10
    with pytest.raises(BusyServerError):
        kit.fetch()
    assert len(kit.waits) == kit.policy.tries - 1
    assert kit.waits == sorted(kit.waits)
    assert kit.waits[-1] > 2 * kit.waits[0]


def test_an_expired_signed_address_is_asked_for_again(kit: Kit, table: list[Row]) -> None:
    kit.hub.faults.store_answers = [(403, {}), (400, {})]
    assert kit.fetch().state is DownloadState.DONE
    right_file(kit)
    assert len(kit.hub.of_bytes("hub")) == 3
    note(table, kit, "signed address expired (403, 400 of the storage host)", "right file")


def test_each_resume_uses_a_fresh_address(kit: Kit) -> None:
    kit.hub.faults.drop_after = [300_000]
    file = kit.pin()
    control = kit.control()
    kit.policy = type(kit.policy)(tries=1)
    with pytest.raises(NetworkError):
        kit.fetch(file, control)
    kit.hub.expire_signatures()
    assert kit.fetch(file).state is DownloadState.DONE
    right_file(kit)
    assert len({seen.path for seen in kit.hub.of_bytes()}) == 2


def test_a_server_that_ignores_ranges_still_gives_the_right_file(
    kit: Kit, table: list[Row]
) -> None:
    kit.hub.faults.ignore_range = True
    kit.hub.faults.drop_after = [500_000]
    result = kit.fetch()
    right_file(kit)
    assert any("from its start" in notice for notice in result.notices)
    note(table, kit, "Range ignored (200 to a resume)", "right file, says so")


def test_a_refused_range_starts_over_once(kit: Kit, table: list[Row]) -> None:
    kit.hub.faults.drop_after = [500_000]
    kit.hub.faults.refuse_range = 1
    result = kit.fetch()
    right_file(kit)
    assert any("began again" in notice for notice in result.notices)
    note(table, kit, "416 to a resume", "right file, says so")


def test_ranges_refused_for_ever_end_as_a_reason(kit: Kit) -> None:
    kit.hub.faults.drop_after = [500_000] * 9
    kit.hub.faults.refuse_range = 99
    with pytest.raises(ServerAnswerError):
        kit.fetch()
    nothing_usable(kit)


def test_another_range_than_asked_for_is_not_written_and_the_whole_file_heals_it(
    kit: Kit, table: list[Row]
) -> None:
    kit.hub.faults.drop_after = [500_000]
    kit.hub.faults.wrong_range = True
    result = kit.fetch()
    right_file(kit)
    assert any("from its start" in notice for notice in result.notices)
    assert not any("range" in seen.headers for seen in kit.hub.of_bytes()[2:])
    note(table, kit, "206 with another range", "right file, asked for as a whole")


def test_a_server_nobody_can_vouch_for_gets_nothing(tmp_path: Path, table: list[Row]) -> None:
    with make_kit(tmp_path, CONTENT, certificate=self_signed(tmp_path)) as kit:
        kit.token = kit.hub.token
        with pytest.raises(InsecureConnectionError):
            kit.pin()
        with pytest.raises(InsecureConnectionError):
            kit.fetch(RemoteFile(REPO, FILE, len(CONTENT), HASH, "c" * 40))
        nothing_usable(kit)
        assert kit.hub.requests == []
        note(table, kit, "TLS certificate nobody vouches for", "InsecureConnectionError")


def test_going_on_without_encryption_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: list[Row]
) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with make_kit(tmp_path, CONTENT, certificate=certificate) as kit:
        assert kit.fetch().verified  # over TLS, trusted
        right_file(kit)
        kit.target.unlink()
        kit.hub.faults.redirect_to = kit.hub.store.replace("https", "http") + "/x"
        with pytest.raises(InsecureConnectionError):
            kit.fetch()
        nothing_usable(kit)
        note(table, kit, "redirect from https to http", "InsecureConnectionError")


def test_no_network_is_told_after_some_tries(tmp_path: Path, table: list[Row]) -> None:
    with make_kit(tmp_path, CONTENT) as kit:
        file = kit.pin()
    with pytest.raises(NetworkError):
        kit.fetch(file)
    assert len(kit.waits) == kit.policy.tries - 1
    with pytest.raises(NetworkError):
        kit.pin()
    nothing_usable(kit)
    note(table, kit, "no network", "NetworkError after 4 tries")


def test_offline_refuses_before_a_socket_is_opened(kit: Kit, table: list[Row]) -> None:
    file = kit.pin()
    before = len(kit.hub.requests)
    kit.gate.set_offline(True)
    for attempt in (lambda: kit.fetch(file), kit.pin, lambda: kit.client.search("phi")):
        with pytest.raises(OfflineError):
            attempt()
    assert len(kit.hub.requests) == before
    note(table, kit, "Offline is on", "OfflineError, nothing sent")


def test_going_offline_stops_a_running_transfer_at_once(kit: Kit, table: list[Row]) -> None:
    kit.stall_seconds = 30
    kit.hub.faults.stall_after = [300_000]
    file = kit.pin()
    timer = threading.Timer(0.2, lambda: kit.gate.set_offline(True))
    timer.start()
    with pytest.raises(OfflineError):
        kit.fetch(file)
    timer.join()
    assert kit.part.stat().st_size == 300_000
    note(table, kit, "Offline goes on during a transfer", "OfflineError, part kept")


def test_a_proxy_of_the_environment_is_used(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, table: list[Row]
) -> None:
    file = kit.pin()
    kit.ask_elsewhere()
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "")
        kit.stall_seconds = 0.05
        with pytest.raises(StalledError):
            kit.fetch(file)
        deaf.settimeout(2)
        connection, _ = deaf.accept()
        with connection:
            assert connection.recv(4096).startswith(b"GET http://hub.invalid")
    note(table, kit, "proxy that does not answer", "StalledError, hub not asked directly")


def test_a_bandwidth_limit_is_kept_and_may_change_on_the_way(kit: Kit) -> None:
    kit.limit = 1_000_000
    start = time.monotonic()
    kit.fetch()
    right_file(kit)
    # The waits asked for are not slept through here, so what is owed only grows.
    assert time.monotonic() - start + max(kit.waits) >= len(CONTENT) / kit.limit
    kit.target.unlink()
    kit.limit = None
    kit.waits.clear()
    kit.fetch()
    assert kit.waits == []
