"""A process that gives its network away does not get it back, and loses nothing else."""

from __future__ import annotations

import errno
import json
import struct
import subprocess
import sys

import pytest

from app.domain.network.connections import ConfinementKind
from app.system.isolation.confinement import filter_program

ALLOWED, REFUSED = 0x7FFF0000, 0x00050000 | errno.EPERM
ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SOCKET = {"x86_64": 41, "aarch64": 198}
AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_VSOCK = 1, 2, 10, 16, 17, 40


def verdict(program: bytes, number: int, arch: int, first: int = 0) -> int:
    """What the kernel would be told: a machine for the four instructions that are used."""
    steps = list(struct.iter_unpack("=HBBI", program))
    data = struct.pack("=iIQQ", number, arch, 0, first)
    at = held = 0
    while True:
        code, true, false, value = steps[at]
        at += 1
        if code == 0x20:
            (held,) = struct.unpack_from("=I", data, value)
        elif code == 0x06:
            return value
        else:
            passed = held == value if code == 0x15 else held >= value
            at += true if passed else false


@pytest.mark.parametrize("machine", ARCHES)
def test_the_filter_refuses_every_socket_but_those_of_this_computer(machine: str) -> None:
    program = filter_program(machine)
    arch, socket = ARCHES[machine], SOCKET[machine]
    for family in range(46):
        local = family in {AF_UNIX, AF_NETLINK}
        assert verdict(program, socket, arch, family) == (ALLOWED if local else REFUSED), family


@pytest.mark.parametrize("machine", ARCHES)
def test_the_filter_lets_every_other_call_pass_but_those_that_make_sockets(machine: str) -> None:
    program, arch = filter_program(machine), ARCHES[machine]
    refused = {n for n in range(600) if verdict(program, n, arch) == REFUSED}
    assert refused == {SOCKET[machine], 425, 438}  # io_uring_setup, pidfd_getfd


@pytest.mark.parametrize("machine", ARCHES)
def test_the_filter_refuses_what_comes_by_another_abi(machine: str) -> None:
    program = filter_program(machine)
    assert verdict(program, 102, 0x40000003) == REFUSED  # socketcall(2) of i386
    assert verdict(program, 0x40000000 | 41, ARCHES["x86_64"], AF_INET) == REFUSED  # x32


def test_an_architecture_whose_calls_are_not_known_has_no_filter() -> None:
    with pytest.raises(OSError, match="riscv64"):
        filter_program("riscv64")


linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process do this")

TRY = """
import json, socket, sys, threading
from app.system.isolation import confinement
if {broken}:
    def nothing():
        raise OSError(38, "no such thing here")
    confinement._filter = nothing
go, done, found = threading.Event(), threading.Event(), {{}}
def attempt(name):
    for family in ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"):
        kind = socket.SOCK_RAW if family == "AF_NETLINK" else socket.SOCK_STREAM
        try:
            made = socket.socket(getattr(socket, family), kind)
            if family == "AF_INET":
                made.connect(("{host}", 9))
            made.close()
            found[name + family] = 0
        except OSError as error:
            found[name + family] = error.errno
def early():
    go.wait()
    attempt("early thread: ")
if {early}:
    thread = threading.Thread(target=early)
    thread.start()
result = confinement.confine()
go.set()
if {early}:
    thread.join()
attempt("")
late = threading.Thread(target=attempt, args=("thread: ",))
late.start()
late.join()
print(json.dumps([result.kind, result.problem, confinement.socket_error(), found]))
"""


def tried(
    *, broken: bool = False, early: bool = True, host: str = "192.0.2.1"
) -> tuple[str, str, int, dict[str, int]]:
    code = TRY.format(broken=broken, early=early, host=host)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kind, problem, error, found = json.loads(done.stdout)
    return kind, problem, error, found


@linux
def test_no_thread_of_a_confined_process_makes_a_socket_not_even_one_that_ran_before() -> None:
    kind, problem, error, found = tried()
    assert (kind, problem, error) == (ConfinementKind.SECCOMP, "", errno.EPERM)
    for where in ("", "thread: ", "early thread: "):
        assert found[f"{where}AF_INET"] == found[f"{where}AF_INET6"] == errno.EPERM
        assert found[f"{where}AF_UNIX"] == found[f"{where}AF_NETLINK"] == 0


@linux
def test_where_there_is_no_filter_it_gets_a_network_without_devices_or_says_why_not() -> None:
    kind, problem, _, found = tried(broken=True, early=False, host="127.0.0.1")
    assert "no such thing here" in problem
    if kind == ConfinementKind.NAMESPACE:
        assert found["AF_INET"] == found["thread: AF_INET"] == errno.ENETUNREACH
    else:  # the kernel, or whoever runs this, allows no namespaces either
        assert kind == ConfinementKind.HOOK
        assert "namespace" in problem
