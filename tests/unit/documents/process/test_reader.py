"""The process that reads documents: watched, bounded, ended, and nothing lost by it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.documents.extractors.extract import extract
from app.documents.process.client import DocumentReader
from app.documents.process.frames import CODEC, OpenedReply, PageReply, ReaderLimits
from app.domain.documents import DocumentFacts, DocumentPage
from app.domain.errors import (
    DocumentError,
    DocumentLockedError,
    DocumentReadCancelledError,
    DocumentTooLargeError,
)
from tests.support import document_files as make
from tests.support.document_files import lines

NEVER = threading.Event()
# A reader that answers nothing once it is asked: what it does instead is given it.
MISBEHAVING = """
import sys, time
sys.stdin.buffer.readline(); sys.stdin.buffer.readline()
{act}
time.sleep(600)
"""


@pytest.fixture
def reader() -> Iterator[DocumentReader]:
    made = DocumentReader()
    yield made
    made.close()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(make.pdf([lines(f"This is page {n}.") for n in range(1, 31)]))
    return path


def pages_of(reader: DocumentReader, path: Path) -> list[str]:
    return [one.text for one in reader.read(path, NEVER) if isinstance(one, DocumentPage)]


def test_what_arrives_is_what_was_read(reader: DocumentReader, report: Path) -> None:
    found = list(reader.read(report, NEVER))
    assert isinstance(found[0], OpenedReply)
    assert found[0].pages == 30
    assert found[1:] == list(extract(report))[1:]
    assert isinstance(found[-1], DocumentFacts)


def test_one_process_reads_one_document_after_the_other(
    reader: DocumentReader, report: Path
) -> None:
    assert pages_of(reader, report) == pages_of(reader, report)
    first = reader.pid
    with pytest.raises(DocumentError):
        pages_of(reader, report.with_name("gone.pdf"))
    pages_of(reader, report)
    assert reader.pid == first


def test_an_error_keeps_its_type_and_names_the_file(reader: DocumentReader, tmp_path: Path) -> None:
    path = tmp_path / "secret.pdf"
    path.write_bytes(make.pdf([lines("x")], encrypt=True))
    with pytest.raises(DocumentLockedError) as caught:
        pages_of(reader, path)
    assert caught.value.what.startswith("“secret.pdf” was not read.")
    assert "password" in caught.value.what


def test_stopping_ends_it_and_the_next_document_is_read(
    reader: DocumentReader, report: Path
) -> None:
    stop = threading.Event()
    reading = reader.read(report, stop)
    next(reading)
    stop.set()
    with pytest.raises(DocumentReadCancelledError):
        list(reading)
    assert reader.pid is None
    assert len(pages_of(reader, report)) == 30


def test_whoever_stops_listening_leaves_no_process_behind(
    reader: DocumentReader, report: Path
) -> None:
    reading = reader.read(report, NEVER)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert reader.pid is None


def test_a_reader_that_is_killed_is_told_and_replaced(reader: DocumentReader, report: Path) -> None:
    reading = reader.read(report, NEVER)
    next(reading)
    assert reader.pid is not None
    os.kill(reader.pid, 9)
    with pytest.raises(DocumentError) as caught:
        list(reading)
    assert "ended while it read it" in caught.value.what
    assert len(pages_of(reader, report)) == 30


@pytest.mark.parametrize(
    ("act", "limits"),
    [
        ("", ReaderLimits(silence=0.3)),
        ("x = bytearray(400 * 2**20)", ReaderLimits(memory=200 * 2**20)),
    ],
    ids=["time", "memory"],
)
def test_a_reader_beyond_its_limits_is_ended_on_every_system(
    report: Path, act: str, limits: ReaderLimits
) -> None:
    command = [sys.executable, "-c", MISBEHAVING.format(act=act)]
    reader = DocumentReader(limits, command=command)
    with pytest.raises(DocumentTooLargeError):
        pages_of(reader, report)
    assert reader.pid is None


def test_the_system_refuses_memory_files_and_core_dumps_where_it_can(report: Path) -> None:
    resource = pytest.importorskip("resource")
    reader = DocumentReader(ReaderLimits(memory=1_500 * 2**20))
    pages_of(reader, report)
    limits = Path(f"/proc/{reader.pid}/limits")
    if not limits.exists():
        pytest.skip("this system does not show the limits of a process")
    told = {line[:26].strip(): line[26:].split()[0] for line in limits.read_text().splitlines()[1:]}
    reader.close()
    assert resource.RLIMIT_AS
    assert told["Max address space"] == str(1_500 * 2**20)
    assert (told["Max file size"], told["Max core file size"]) == ("0", "0")
    assert told["Max cpu time"] != "unlimited"


def test_reading_writes_no_file(reader: DocumentReader, report: Path) -> None:
    before = sorted(report.parent.iterdir())
    pages_of(reader, report)
    reader.draw(report, 1, 100)
    assert sorted(report.parent.iterdir()) == before


def test_it_ends_with_the_program_that_asked(reader: DocumentReader, report: Path) -> None:
    pages_of(reader, report)
    process = reader._process
    assert process is not None
    stdin = process._process.stdin
    assert stdin is not None
    stdin.close()
    assert process._process.wait(30) == 0


def test_a_page_is_drawn_with_the_boxes_of_what_is_cited(
    reader: DocumentReader, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make.pdf([[*lines("First line", "second (line) here")]]))
    text = pages_of(reader, path)[0]
    at = text.index("second")
    picture = reader.draw(path, 1, make.WIDTH * 2, [(at, at + 6), (0, 5)])
    assert (picture.width, picture.height) == (make.WIDTH * 2, make.HEIGHT * 2)
    (second,), (first,) = picture.boxes
    assert 140 < second.left < 148
    assert second.top > first.bottom - 3
    assert abs((second.top + second.bottom) / 2 - 2 * (make.HEIGHT - 729)) < 8
    assert 60 < second.right - second.left < 90


def test_boxes_are_right_behind_what_was_dropped_and_letters_of_two_units(
    reader: DocumentReader, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(
        make.pdf([[*lines(*["line"] * 6), make.Line("word", x=300, y=500)]], rotate=90)
    )
    text = pages_of(reader, path)[0]
    at = text.index("word")
    picture = reader.draw(path, 1, make.HEIGHT, [(at, at + 4)])
    (box,) = picture.boxes[0]
    assert (picture.width, picture.height) == (make.HEIGHT, make.WIDTH)
    assert 495 < box.left < 512  # the page lies on its side: up is right
    assert 295 < box.top < 305


def test_a_page_that_is_not_there_is_refused(reader: DocumentReader, report: Path) -> None:
    with pytest.raises(DocumentError):
        reader.draw(report, 31, 100)


def test_values_survive_the_pipe() -> None:
    reply = PageReply(3, DocumentPage(1, "a\n\u2028\udc80b", 0, 3))
    assert CODEC.decode(CODEC.encode(reply)) == reply


def test_pages_wait_for_whoever_takes_them_and_closing_waits_for_nobody(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(make.pdf([lines(f"Page {n}") for n in range(80)]))
    reader = DocumentReader()
    found = reader.read(path, NEVER)
    next(found)
    process = reader._process
    assert process is not None
    waits = process.events
    for _ in range(2_000):
        if waits.qsize() >= 16:
            break
        NEVER.wait(0.005)
    NEVER.wait(0.1)
    assert waits.qsize() == 16
    assert sum(isinstance(one, DocumentPage) for one in found) == 80
    again = reader.read(path, NEVER)
    next(again)
    reader.close()  # what reads is not asked for anything meanwhile
    with pytest.raises(DocumentReadCancelledError):
        next(again)
    assert reader.pid is None
