"""Python code of this process reaches nobody whom the guard does not let it reach."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.errors import OfflineError
from app.domain.network.connections import Attempt
from app.system.isolation.network_guard import NetworkGuard


def guard(*, refuses: bool) -> tuple[NetworkGuard, list[Attempt]]:
    made, seen = NetworkGuard(), list[Attempt]()
    made.obey(lambda: refuses, seen.append)
    return made, seen


@pytest.mark.parametrize(
    ("event", "arguments", "host", "port"),
    [
        ("socket.connect", (None, ("198.51.100.7", 443)), "198.51.100.7", 443),
        ("socket.connect", (None, ("2001:db8::7", 443, 0, 0)), "2001:db8::7", 443),
        ("socket.connect", (None, ("127.0.0.1", 11434)), "127.0.0.1", 11434),
        ("socket.sendto", (None, ("198.51.100.7", 53)), "198.51.100.7", 53),
        ("socket.sendmsg", (None, ("198.51.100.7", 53)), "198.51.100.7", 53),
        ("socket.getaddrinfo", ("example.org", 80, 0, 0, 0), "example.org", 80),
        ("socket.getaddrinfo", (b"example.org", "https", 0, 0, 0), "example.org", 0),
        ("socket.gethostbyname", ("example.org",), "example.org", 0),
        ("socket.getaddrinfo", ("127.example.com", 80, 0, 0, 0), "127.example.com", 80),
        ("socket.gethostbyaddr", ("198.51.100.7",), "198.51.100.7", 0),
        ("socket.gethostbyaddr", ("127.8.8.8",), "127.8.8.8", 0),  # a name server is asked
        ("socket.getnameinfo", (("198.51.100.7", 443),), "198.51.100.7", 443),
        ("socket.getnameinfo", (("127.8.8.8", 443),), "127.8.8.8", 443),
        ("socket.getaddrinfo", ("ip6-localhost", 80, 0, 0, 0), "ip6-localhost", 80),
    ],
)
def test_what_reaches_out_is_told_and_with_offline_on_refused(
    event: str, arguments: tuple[object, ...], host: str, port: int
) -> None:
    closed, refused = guard(refuses=True)
    with pytest.raises(OfflineError, match="tried to connect to"):
        closed.judge(event, arguments)
    assert refused == [Attempt(host, port, refused=True)]
    opened, seen = guard(refuses=False)
    opened.judge(event, arguments)
    assert seen == [Attempt(host, port, refused=False)]


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, "/run/user/1000/bus")),
        ("socket.connect", (None, b"\0abstract")),
        ("socket.connect", (None, (0, 0))),  # netlink
        ("socket.sendmsg", (None, None)),
        ("socket.getaddrinfo", ("localhost", 80, 0, 0, 0)),
        ("socket.getaddrinfo", (None, 80, 0, 0, 0)),
        ("socket.getaddrinfo", ("127.0.0.1", 80, 0, 0, 0)),
        ("socket.getaddrinfo", ("127.8.8.8", 80, 0, 0, 0)),
        ("socket.getaddrinfo", ("::1", 80, 0, 0, 0)),
        ("socket.getaddrinfo", ("localhost.", 80, 0, 0, 0)),
        ("socket.getaddrinfo", ("::ffff:127.0.0.1", 80, 0, 0, 0)),
        ("socket.__new__", (None, 2, 1, 0)),
    ],
)
def test_what_stays_on_this_computer_is_nobodys_business(
    event: str, arguments: tuple[object, ...]
) -> None:
    closed, seen = guard(refuses=True)
    closed.judge(event, arguments)
    assert seen == []


def test_a_process_may_talk_with_itself_and_no_longer_when_it_has_stopped_listening() -> None:
    closed, seen = guard(refuses=True)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = listening.getsockname()
        closed.judge("socket.bind", (listening, ("127.0.0.1", 0)))
        closed.judge("socket.connect", (None, address))
    assert seen == []
    with pytest.raises(OfflineError):
        closed.judge("socket.connect", (None, address))


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "198.51.100.7", "127.example.com"])
def test_nothing_listens_to_other_computers_whatever_the_settings(host: str) -> None:
    opened, _ = guard(refuses=False)
    with socket.socket() as sock, pytest.raises(PermissionError, match="this computer alone"):
        opened.judge("socket.bind", (sock, (host, 8080)))


def test_until_it_is_told_otherwise_everything_is_refused() -> None:
    with pytest.raises(OfflineError):
        NetworkGuard().judge("socket.connect", (None, ("198.51.100.7", 443)))


INSTALLED = """
import socket, urllib.request, http.client, asyncio
from app.domain.errors import OfflineError
from app.system.isolation.network_guard import NetworkGuard
guard = NetworkGuard()
guard.install()
guard.obey(lambda: True, lambda attempt: print(attempt.host, attempt.port))
def udp():
    socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53))
for way in ({ways}):
    try:
        way()
    except OfflineError as error:
        print("refused:", error.what)
loop = asyncio.new_event_loop()  # talks with itself on some systems
loop.run_until_complete(asyncio.sleep(0))
loop.close()
one, other = socket.socketpair()
print("still here")
"""


@pytest.mark.parametrize(
    "way",
    [
        'lambda: socket.create_connection(("192.0.2.1", 443))',
        'lambda: socket.socket().connect_ex(("192.0.2.1", 443))',
        'lambda: urllib.request.urlopen("http://192.0.2.1/")',
        'lambda: http.client.HTTPConnection("192.0.2.1").request("GET", "/")',
        'lambda: socket.getaddrinfo("example.org", 443)',
        'lambda: socket.socket().connect(("example.org", 443))',
        'lambda: socket.socket().connect_ex((b"example.org", 443))',
        'lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", 0, ("example.org", 53))',
        'lambda: socket.socket(type=socket.SOCK_DGRAM).sendmsg([b"x"], [], 0, ("example.org", 53))',
        'lambda: socket.socket().bind(("example.org", 0))',
        'lambda: socket.gethostbyaddr("192.0.2.1")',
        'lambda: socket.getnameinfo(("192.0.2.1", 53), 0)',
        "udp",
    ],
)
def test_no_way_of_python_goes_round_it(way: str) -> None:
    code = INSTALLED.format(ways=f"{way},")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told, refused, after = done.stdout.splitlines()
    assert told.split()[0] in {"192.0.2.1", "example.org"}
    assert refused.startswith("refused: A part of Phial tried to connect to")
    assert after == "still here"


def test_a_command_that_needs_no_network_has_none_from_its_first_line_on(home: Path) -> None:
    code = (
        "import socket\n"
        "from app import main\n"
        "assert main.main(['settings', 'list']) == 0\n"
        "from app.domain.errors import OfflineError\n"
        "try:\n"
        "    socket.create_connection(('192.0.2.1', 443))\n"
        "except OfflineError as error:\n"
        "    print(error.what)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "A part of Phial tried to connect to 192.0.2.1" in done.stdout.splitlines()[-1]
