"""The unfinished file: whatever happens to it on disk, what is kept is right."""

from __future__ import annotations

import hashlib
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.hub.download.journal import JournalHead
from app.hub.download.partial_file import PartialFile

CHUNK = 1000
DATA = random.Random(1).randbytes(10_500)
HEAD = JournalHead("http://hub/x", "c" * 40, '"tag"', hashlib.sha256(DATA).hexdigest(), len(DATA))


def begin(folder: Path) -> PartialFile:
    return PartialFile(folder / "m.gguf", chunk=CHUNK)


def crash_after(folder: Path, count: int, step: int = 333) -> None:
    """Append ``count`` bytes and end without settling, as a killed process does."""
    part = begin(folder)
    part.start(HEAD)
    for at in range(0, count, step):
        part.append(DATA[at : min(count, at + step)])
    part.close()


def go_on(folder: Path) -> tuple[int, bytes]:
    """Resume, append the rest, publish: where it went on, and the file."""
    part = begin(folder)
    assert part.resume(lambda: False, lambda done, total: None)
    kept = part.offset
    part.append(DATA[kept:])
    part.flush()
    assert part.digest() == HEAD.sha256
    part.publish()
    return kept, (folder / "m.gguf").read_bytes()


@given(st.integers(0, len(DATA)), st.integers(1, 2500))
@settings(deadline=None, max_examples=20)
def test_after_a_crash_at_any_byte_less_than_a_chunk_is_lost(count: int, step: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        crash_after(Path(name), count, step)
        kept, content = go_on(Path(name))
        assert count - CHUNK < kept <= count
        assert content == DATA
        assert [path.name for path in Path(name).iterdir()] == ["m.gguf"]


@given(st.data())
@settings(deadline=None, max_examples=30)
def test_whatever_a_power_cut_did_to_part_and_journal_the_file_comes_out_right(
    data: st.DataObject,
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        crash_after(folder, 7_777)
        for file in (folder / "m.gguf.part", folder / "m.gguf.part.journal"):
            raw = bytearray(file.read_bytes())
            floor = 0 if file.suffix == ".part" else raw.index(b"\n") + 1  # the head was synced
            kind = data.draw(st.sampled_from(["whole", "cut", "zeros", "flip", "longer"]))
            at = data.draw(st.integers(floor, len(raw) - 1))
            if kind == "cut":
                del raw[at:]
            elif kind == "zeros":
                raw[at:] = bytes(len(raw) - at)
            elif kind == "flip":
                raw[at] ^= 1
            elif kind == "longer":
                raw += b"\x07" * 50
            file.write_bytes(raw)
        _, content = go_on(folder)
        assert content == DATA


def test_a_flipped_bit_costs_only_what_follows_it(tmp_path: Path) -> None:
    crash_after(tmp_path, 9_999)
    part = tmp_path / "m.gguf.part"
    raw = bytearray(part.read_bytes())
    raw[5_432] ^= 4
    part.write_bytes(raw)
    kept, content = go_on(tmp_path)
    assert kept == 5_250  # the journal has a line each quarter of a chunk
    assert content == DATA


def test_a_pause_loses_no_byte(tmp_path: Path) -> None:
    part = begin(tmp_path)
    part.start(HEAD)
    part.append(DATA[:4_321])
    part.flush()
    part.close()
    kept, content = go_on(tmp_path)
    assert kept == 4_321
    assert content == DATA


def test_a_journal_without_its_part_begins_again(tmp_path: Path) -> None:
    crash_after(tmp_path, 5_000)
    (tmp_path / "m.gguf.part").unlink()
    kept, content = go_on(tmp_path)
    assert kept == 0
    assert content == DATA


@pytest.mark.parametrize(
    "head", [b"", b"{}\n", b"not json\n", b"[1]\n", b'{"format": 99}\n', b"\xff"]
)
def test_a_damaged_journal_counts_as_none(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "m.gguf.part.journal").write_bytes(head)
    assert begin(tmp_path).head() is None


def test_reading_again_can_be_stopped_and_changes_nothing(tmp_path: Path) -> None:
    crash_after(tmp_path, 5_000)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    part = begin(tmp_path)
    assert not part.resume(lambda: True, lambda done, total: None)
    part.close()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_beginning_again_forgets_the_old_bytes(tmp_path: Path) -> None:
    crash_after(tmp_path, 5_000)
    part = begin(tmp_path)
    part.start(HEAD)
    part.close()
    kept, content = go_on(tmp_path)
    assert kept == 0
    assert content == DATA
