"""Whom the program connects to in a day's work, as the system sees it: each call is watched.

``strace`` writes down every call of every process by which a socket could reach somebody. Where an
address is a path or a name of this computer's, it is the display, the session bus or the like.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.desktop import RunningWindow, Start, missing, until
from tests.e2e.test_models_window import ANSWER, hub  # noqa: F401 - a fixture
from tests.support.hub_server import HubServer
from tests.support.terminal import phial

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(bool(missing()), reason=f"needs a display with a bus: {missing()}"),
    pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace"),
]

CALLS = "connect,bind,sendto,sendmsg,sendmmsg,io_uring_setup,socket"
_ADDRESS = re.compile(r"\{sa_family=(AF_\w+)(.*?)\}[,)\]]")
_PORT = re.compile(r"sin6?_port=htons\((\d+)\)")
_LOCAL = re.compile(r"X11-unix|dbus|at-spi|/bus|nscd|systemd")  # display, buses, names and users
_HOST = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')


@dataclass(frozen=True)
class Watched:
    """What strace wrote."""

    text: str

    def internet(self) -> set[tuple[str, int]]:
        """Every host and port of an internet address in any call."""
        found = set()
        for family, rest in _ADDRESS.findall(self.text):
            if family in {"AF_INET", "AF_INET6"}:
                host, port = _HOST.search(rest), _PORT.search(rest)
                assert host is not None, rest
                assert port is not None, rest
                found.add((host[1] or host[2], int(port[1])))
        return found

    def families(self) -> set[str]:
        """The families of all addresses."""
        return {family for family, _ in _ADDRESS.findall(self.text)}

    def paths(self) -> set[str]:
        """What of this computer was connected to."""
        return set(re.findall(r'connect\(.*?sun_path=@?"([^"]+)"', self.text))


Begin = Callable[..., tuple[RunningWindow, Callable[[], Watched]]]


@pytest.fixture
def watched(start: Start, tmp_path: Path) -> Begin:
    """Starts the program below strace; the second of what is given waits for its end, and reads."""

    def begin(*arguments: str) -> tuple[RunningWindow, Callable[[], Watched]]:
        told = tmp_path / "strace.txt"
        # -D: the program is the child of whoever asked, and strace stands beside it
        within = ("strace", "-D", "-f", "-q", "-s", "256", "-e", f"trace={CALLS}", "-o", str(told))
        window = start(*arguments, within=within)

        def end() -> Watched:
            assert window.close() == 0
            ended = re.compile(rf"^{window.process.pid} +\+\+\+ exited", re.MULTILINE)
            until(lambda: ended.search(told.read_text("utf-8", "replace")), "strace to end")
            return Watched(told.read_text("utf-8", "replace"))

        return window, end

    return begin


def export(window: RunningWindow, target: Path) -> None:
    """Write the open chat to a file, as a person does."""
    window.bring_forward()
    window.keys("ctrl+e")
    window.control("Format")
    window.keys("Return")
    window.control("File name:", "text")
    window.type(str(target))
    window.keys("Return")
    until(target.exists, "the exported chat")


def ask(window: RunningWindow) -> None:
    window.write("Message", "What is a phial?")
    window.press("Send")
    window.reads(ANSWER)


@pytest.mark.timeout(400)
def test_from_the_first_start_to_the_last_nobody_but_the_hub_is_reached(
    watched: Begin,
    hub: HubServer,  # noqa: F811
    tmp_path: Path,
) -> None:
    window, end = watched()
    window.press(window.name_like(r"Download Phi-4.*"))
    home = window.home.rglob
    until(lambda: list(home("*.gguf")) and not list(home("*.part")), "the file, whole")
    ask(window)
    export(window, tmp_path / "chat.md")
    seen = end()
    hub_itself, store = urlsplit(hub.endpoint).port, urlsplit(hub.store).port
    ports = {port for host, port in seen.internet() if host in {"127.0.0.1", "::1"}}
    assert {port for port in ports if port} == {hub_itself, store}
    assert {host for host, _ in seen.internet()} <= {"127.0.0.1", "::1"}
    assert seen.families() <= {"AF_UNIX", "AF_NETLINK", "AF_INET", "AF_INET6"}
    assert [path for path in seen.paths() if not _LOCAL.search(path)] == []
    assert re.search(r"socket\(AF_INET.*EPERM", seen.text), "the engine's process was let out"
    listed = phial("doctor", "--offline-report", "-", PHIAL_HOME=str(window.home)).out
    assert f"127.0.0.1:{hub_itself}" in listed
    assert f"localhost:{store}" in listed


@pytest.mark.timeout(400)
def test_with_offline_on_nobody_is_reached_at_all(
    watched: Begin,
    hub: HubServer,  # noqa: F811
    tmp_path: Path,
) -> None:
    phial("settings", "set", "offline", "on", PHIAL_HOME=str(tmp_path / "home"))
    window, end = watched()
    window.press(window.name_like(r"Download Phi-4.*"))
    window.reads("Phial is set to Offline")
    window.press(window.name_like(r"Try the .*demo.*"))
    window.write("Message", "Hello")
    window.press("Send")
    window.reads("tokens/s")
    export(window, tmp_path / "chat.md")
    seen = end()
    assert seen.internet() == set()
    assert seen.families() <= {"AF_UNIX", "AF_NETLINK"}
    assert [path for path in seen.paths() if not _LOCAL.search(path)] == []
    assert hub.requests == []
    assert any("X11" in path or "dbus" in path for path in seen.paths()), "nothing was seen at all"
    listed = phial("doctor", "--offline-report", "-", PHIAL_HOME=str(window.home)).out
    assert "1 connection was refused" in listed
