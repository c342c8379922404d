"""Check for updates: one request, when asked, and none while Offline is on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import app
from app.domain.download import NetworkError, Release, ServerAnswerError
from app.domain.errors import OfflineError
from app.domain.settings import Settings
from app.hub.api.releases import ReleasePage
from app.network.connection_log import ConnectionLog
from app.network.gate import NetworkGate
from app.services.core.events import EventBus
from app.services.core.settings import SettingsService
from app.services.privacy.connections import ConnectionService
from app.services.updates import UpdateCheck, UpdateService
from app.system.isolation.network_guard import NetworkGuard
from tests.support.harness import SettingsInMemory


@dataclass
class Page:
    """The project's page, on this machine."""

    status: int = 302
    location: str = "/phial/releases/tag/v1.2.0"
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def page() -> Iterator[Page]:
    shown = Page()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            shown.requests.append((self.command, self.path, dict(self.headers)))
            self.send_response(shown.status)
            if shown.location:
                self.send_header("Location", shown.location)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    shown.address = f"http://127.0.0.1:{server.server_port}/phial"
    yield shown
    server.shutdown()
    thread.join()
    server.server_close()


def newest(page: Page, *, offline: bool = False) -> Release | None:
    return ReleasePage(NetworkGate(offline=offline), page.address).newest()


def test_the_newest_release_is_read_from_where_the_page_leads(page: Page) -> None:
    assert newest(page) == Release("1.2.0", f"{page.address}/releases/tag/v1.2.0")


def test_one_request_is_made_and_it_says_nothing_about_the_computer(page: Page) -> None:
    newest(page)
    ((command, path, headers),) = page.requests
    assert (command, path) == ("HEAD", "/phial/releases/latest")
    assert headers["User-Agent"] == "phial"
    assert headers.keys() <= {"Host", "Accept", "Accept-Encoding", "Connection", "User-Agent"}


def test_nothing_is_sent_while_offline_is_on(page: Page) -> None:
    with pytest.raises(OfflineError):
        newest(page, offline=True)
    assert page.requests == []


def test_the_switch_counts_as_it_is_when_asked(page: Page, tmp_path: Path) -> None:
    bus = EventBus()
    settings = SettingsService(SettingsInMemory(Settings()), bus)
    log = ConnectionLog(tmp_path / "connections.jsonl")
    connections = ConnectionService(log, settings, bus, NetworkGuard(), lambda: None)
    service = UpdateService(settings, connections.gate, page.address)
    settings.update(offline=True)
    assert service.offline
    with pytest.raises(OfflineError):
        service.check()
    settings.update(offline=False)
    assert service.check().is_newer


@pytest.mark.parametrize(("status", "location"), [(302, "/phial/releases"), (404, "")])
def test_a_project_without_releases_has_none(page: Page, status: int, location: str) -> None:
    page.status, page.location = status, location
    assert newest(page) is None


def test_an_answer_that_is_neither_is_an_error_and_no_news(page: Page) -> None:
    page.status, page.location = 500, ""
    with pytest.raises(ServerAnswerError, match="HTTP 500"):
        newest(page)


def test_a_page_that_cannot_be_reached_is_named(page: Page) -> None:
    with pytest.raises(NetworkError, match=r"127\.0\.0\.1 cannot be reached"):
        ReleasePage(NetworkGate(), "http://127.0.0.1:9/phial").newest()


@pytest.mark.parametrize(
    ("version", "newer"),
    [("0.0.1", False), (app.__version__, False), ("0.10.0", True), ("99", True)],
)
def test_versions_are_compared_as_numbers(version: str, newer: bool) -> None:
    assert UpdateCheck("0.1.0", Release(version, "")).is_newer is newer
