"""Every connection stands in a list of its user's alone, whatever becomes of the program."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.download import AccessError, NetworkError
from app.domain.errors import OfflineError
from app.domain.network.connections import Attempt, Connection, Outcome
from app.hub.api.releases import ReleasePage
from app.language import tr
from app.network import connection_log
from app.network.connection_log import ConnectionLog
from app.network.gate import NetworkGate
from app.system.isolation.network_guard import NetworkGuard
from tests.support.hub_kit import FILE, REPO, Kit, make_kit

CONTENT = os.urandom(3_000_000)
URL = "https://user:secret@models.example:8443/a?token=secret"


@pytest.fixture
def log(tmp_path: Path) -> ConnectionLog:
    return ConnectionLog(tmp_path / "data" / "connections.jsonl")


@pytest.fixture
def kit(tmp_path: Path, log: ConnectionLog) -> Iterator[Kit]:
    with make_kit(tmp_path, CONTENT, log=log) as made:
        yield made


def told(log: ConnectionLog) -> list[tuple[str, str, Outcome]]:
    return [(row.host, row.reason, row.outcome) for row in log.read().rows]


def test_a_download_is_listed_with_each_connection_its_reason_and_its_bytes(
    kit: Kit, log: ConnectionLog
) -> None:
    kit.fetch()
    assert told(log) == [
        ("127.0.0.1", f"list of the files of {REPO}", Outcome.DONE),
        ("127.0.0.1", f"list of the files of {REPO}", Outcome.DONE),
        ("127.0.0.1", f"download of {FILE}", Outcome.DONE),  # the hub, which redirects
        ("localhost", f"download of {FILE}", Outcome.DONE),  # to where the files are
    ]
    *_, store = log.read().rows
    assert len(CONTENT) < store.received < len(CONTENT) + 1_000
    assert all(0 < row.sent < 2_000 for row in log.read().rows)
    assert all(row.received > 100 for row in log.read().rows)
    assert str(store.port) in kit.hub.store


def test_searching_is_listed_but_not_what_was_searched_for(kit: Kit, log: ConnectionLog) -> None:
    kit.client.search("acme secret project")
    kit.client.card(REPO)
    assert [row.reason for row in log.read().rows] == [
        "search for models",
        f"description of {REPO}",
    ]
    assert b"secret project" not in (log._path).read_bytes()


def test_offline_is_listed_as_a_refusal_and_nothing_is_sent(kit: Kit, log: ConnectionLog) -> None:
    kit.gate.set_offline(True)
    with pytest.raises(OfflineError):
        kit.client.search("phi-4")
    with pytest.raises(OfflineError):
        ReleasePage(kit.gate, kit.hub.endpoint).newest()
    assert told(log) == [
        ("127.0.0.1", "search for models", Outcome.REFUSED),
        ("127.0.0.1", "check for a newer Phial", Outcome.REFUSED),
    ]
    assert kit.hub.requests == []


def test_what_breaks_or_is_refused_by_the_other_side_is_listed_too(
    kit: Kit, log: ConnectionLog
) -> None:
    kit.hub.repos[REPO].gated = True
    file = kit.pin()
    with pytest.raises(AccessError):
        kit.fetch(file)
    assert log.read().rows[-1].outcome is Outcome.DONE  # it answered
    kit.hub.repos[REPO].gated = False
    kit.hub.faults.drop_after = [50_000]
    kit.fetch(file)
    *_, broken, _, last = log.read().rows
    assert broken.outcome is Outcome.FAILED
    assert 50_000 < broken.received < 51_000
    assert last.outcome is Outcome.DONE


def test_nobody_is_reached_and_that_is_listed(log: ConnectionLog) -> None:
    with pytest.raises(NetworkError):
        ReleasePage(NetworkGate(log=log), "http://127.0.0.1:9/phial").newest()
    assert told(log) == [("127.0.0.1", "check for a newer Phial", Outcome.FAILED)]


def test_no_password_of_an_address_is_kept(log: ConnectionLog) -> None:
    with NetworkGate(log=log).connection(URL, "a try", via="http://me:secret@proxy:3128"):
        pass
    (row,) = log.read().rows
    assert (row.host, row.port, row.via) == ("models.example", 8443, "proxy:3128")
    assert b"secret" not in log._path.read_bytes()


def test_the_list_is_its_users_alone_and_outlives_the_program(
    tmp_path: Path, log: ConnectionLog
) -> None:
    before = os.umask(0)
    try:
        with NetworkGate(log=log).connection(URL, "a try") as open_now:
            open_now.sent(10)
            open_now.received(20)
    finally:
        os.umask(before)
    assert stat.S_IMODE(log._path.stat().st_mode) == 0o600 or sys.platform == "win32"
    (row,) = ConnectionLog(log._path).read().rows
    assert (row.reason, row.sent, row.received, row.outcome) == ("a try", 10, 20, Outcome.DONE)


def test_what_a_killed_program_had_open_is_listed(log: ConnectionLog) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from app.network.connection_log import ConnectionLog\n"
        "from app.network.gate import NetworkGate\n"
        f"gate = NetworkGate(log=ConnectionLog(Path({str(log._path)!r})))\n"
        "gate.connection('https://example.org/', 'a try'); os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert told(log) == [("example.org", "a try", Outcome.CUT_OFF)]


def test_where_there_was_none_it_says_since_when(log: ConnectionLog) -> None:
    log.start()
    began = log.read().since
    assert log.read().rows == ()
    log._clock = lambda: began + 100  # type: ignore[method-assign]
    log.start()
    assert log.read().since == began
    log.clear()
    assert log.read().since == began + 100


def test_it_is_cleared_for_good(log: ConnectionLog) -> None:
    NetworkGate(log=log).connection(URL, "a try").end()
    log.clear()
    assert ConnectionLog(log._path).read().rows == ()
    assert b"models.example" not in log._path.read_bytes()


def test_it_stays_small_keeps_the_newest_and_says_how_many_went(
    log: ConnectionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_log, "MOST", 20)
    monkeypatch.setattr(connection_log, "MOST_BYTES", 8_000)
    gate = NetworkGate(log=log)
    for number in range(200):
        gate.connection(f"https://host{number}.example/", "a try").end()
    listed = log.read()
    assert log._path.stat().st_size < 10_000
    assert listed.rows[-1].host == "host199.example"
    assert listed.dropped + len(listed.rows) == 200
    assert 10 <= len(listed.rows) <= 20


def test_several_programs_write_one_list(log: ConnectionLog) -> None:
    other = ConnectionLog(log._path)

    def many(one: ConnectionLog) -> None:
        for number in range(50):
            NetworkGate(log=one).connection(f"https://h{number}.example/", "a try").end()

    threads = [threading.Thread(target=many, args=(one,)) for one in (log, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(log.read().rows) == 100
    assert {row.outcome for row in log.read().rows} == {Outcome.DONE}


@pytest.mark.parametrize(
    "line", [b"\0\0\0", b"[" * 99_999, b"7", b'{"id":"x"}', b'{"id":"x","outcome":"?"}', b"\xff"]
)
def test_a_damaged_line_takes_no_other_with_it(log: ConnectionLog, line: bytes) -> None:
    gate = NetworkGate(log=log)
    gate.connection("https://before.example/", "a try").end()
    with log._path.open("ab") as file:
        file.write(line + b"\n")
    gate.connection("https://after.example/", "a try").end()
    assert [row.host for row in log.read().rows] == ["before.example", "after.example"]


def test_a_last_line_that_was_torn_takes_no_other_with_it(log: ConnectionLog) -> None:
    gate = NetworkGate(log=log)
    gate.connection("https://before.example/", "a try").end()
    whole = log._path.read_bytes()
    log._path.write_bytes(whole[:-9])  # the power went away
    gate.connection("https://after.example/", "a try").end()
    assert told(log) == [
        ("before.example", "a try", Outcome.OPEN),  # its end was torn
        ("after.example", "a try", Outcome.DONE),
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in its folders")
@pytest.mark.warns("The list of connections is not written")
def test_a_pipe_in_its_place_is_not_waited_for(log: ConnectionLog) -> None:
    log._path.parent.mkdir()
    os.mkfifo(log._path)
    NetworkGate(log=log).connection(URL, "a try").end()
    assert told(log) == [("models.example", "a try", Outcome.DONE)]


@pytest.mark.warns("The list of connections is not written")
def test_where_nothing_can_be_written_it_is_remembered_while_the_program_runs(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_bytes(b"")
    log = ConnectionLog(tmp_path / "file" / "connections.jsonl")
    NetworkGate(log=log).connection(URL, "a try").end()
    assert told(log) == [("models.example", "a try", Outcome.DONE)]


def test_a_reason_is_told_in_the_language_of_whoever_reads_it(log: ConnectionLog) -> None:
    NetworkGate(log=log).connection(URL, tr("download of {name}", name="a.gguf")).end()
    assert '"message' in log._path.read_text()
    assert log.read().rows[0].reason == "download of a.gguf"


def test_what_nobody_declared_is_listed_as_such_and_what_was_declared_once(
    log: ConnectionLog,
) -> None:
    log.note_attempt(Attempt("203.0.113.5", 443, refused=False))
    log.note_attempt(Attempt("203.0.113.5", 443, refused=True))
    with NetworkGate(log=log).connection(URL, "a try").connecting():
        log.note_attempt(Attempt("203.0.113.6", 8443, refused=False))
    assert told(log) == [
        ("203.0.113.5", connection_log.UNDECLARED, Outcome.OPEN),
        ("203.0.113.5", connection_log.UNDECLARED, Outcome.REFUSED),
        ("models.example", "a try", Outcome.OPEN),
    ]


def test_an_attempt_that_the_guard_refuses_ends_what_was_declared(log: ConnectionLog) -> None:
    guard = NetworkGuard()
    guard.obey(lambda: True, log.note_attempt)
    with pytest.raises(OfflineError), NetworkGate(log=log).connection(URL, "a try"):
        guard.judge("socket.connect", (None, ("203.0.113.6", 8443)))
    assert told(log) == [("models.example", "a try", Outcome.REFUSED)]


def test_a_connection_is_a_frozen_value() -> None:
    with pytest.raises(AttributeError):
        Connection(0, "a", 1, "b").host = "c"  # type: ignore[misc]
