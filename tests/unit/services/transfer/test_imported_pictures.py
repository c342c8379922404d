"""Pictures of an archive of ChatGPT: stored with the chat, exported with it, gone with it."""

from __future__ import annotations

import hashlib
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import TransferError
from app.domain.parts import AttachmentPart
from app.markup.transfer.writers import json_format
from app.services.library.kept_pictures import kept_pictures
from app.services.transfer import imported_pictures
from app.services.transfer.import_preview import ImportReport, ImportStatus
from app.store.picture_folder import FOLDER
from tests.support.harness import Harness, build
from tests.support.serving import wait_until

PNG = b"\x89PNG\r\n\x1a\n" + b"of a cat"
JPEG = b"\xff\xd8\xff\xe0" + b"of a dog"


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = build(tmp_path / "data")
    yield made
    made.services.close()


def archive(path: Path, chats: dict[str, list[str]], **files: bytes) -> Path:
    """Chats of ChatGPT, each a message with pictures, and the files beside them."""
    written = []
    for title, pictures in chats.items():
        parts: list[object] = [
            {"content_type": "image_asset_pointer", "asset_pointer": f"sediment://{one}"}
            for one in pictures
        ]
        said = {"author": {"role": "user"}, "content": {"parts": [*parts, f"Of {title}."]}}
        node = {"id": "1", "parent": None, "message": said}
        written.append({"id": title, "title": title, "mapping": {"1": node}})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("conversations.json", json.dumps(written))
        for name, content in files.items():
            out.writestr(name, content)
    return path


def imported(harness: Harness, path: Path) -> ImportReport:
    transfer = harness.services.transfer
    return transfer.import_chats(transfer.preview_import(path))


def attachments(harness: Harness, title: str) -> list[AttachmentPart]:
    chats = harness.services.library.chats
    (id_,) = [one.id for one in chats.conversations() if one.title == title]
    placed = (one.part for message in chats.tree(id_) for one in message.placed)
    return [part for part in placed if isinstance(part, AttachmentPart)]


def stored(harness: Harness) -> list[bytes]:
    folder = harness.services.data_folder / FOLDER
    return sorted(one.read_bytes() for one in folder.iterdir()) if folder.is_dir() else []


def removed(harness: Harness, title: str, left: list[bytes]) -> None:
    """A chat is gone for good, as from the trash; and these pictures are left."""
    chats = harness.services.library.chats.conversations()
    (id_,) = [one.id for one in chats if one.title == title]
    harness.services.library.trash.remove([id_]).result()
    wait_until(lambda: stored(harness) == left)


def test_pictures_are_stored_and_go_with_the_last_chat_that_has_them(
    harness: Harness, tmp_path: Path
) -> None:
    chats = {"both": ["file_a1", "file-B2"], "one": ["file_a1"]}
    files = {"file_a1-x.png": PNG, "user/file-B2-dog.jpg": JPEG, "file_c3-nobody.png": PNG + b"2"}
    made = archive(tmp_path / "a.zip", chats, **files)
    report = imported(harness, made)
    assert report.notes == ()
    digest = hashlib.sha256(PNG).hexdigest()
    assert attachments(harness, "both")[0] == AttachmentPart(
        "file_a1-x.png", "image/png", len(PNG), digest, f"picture:{digest}.png"
    )
    assert stored(harness) == sorted([PNG, JPEG])
    again = harness.services.transfer.preview_import(made).items
    assert [one.status for one in again] == [ImportStatus.SAME] * 2
    removed(harness, "both", [PNG])
    harness.services.transfer.undo_import()
    wait_until(lambda: stored(harness) == [])


def test_what_is_no_picture_or_too_large_or_missing_is_only_named(
    harness: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imported_pictures, "MOST_BYTES", 100)
    asked = ["file_a1", "file_b2", "file_c3", "file_d4"]
    files = {"file_a1-page.png": b"<html>", "file_b2-x.png": PNG * 10, "file_c3-x.webp": PNG}
    report = imported(harness, archive(tmp_path / "a.zip", {"c": asked}, **files))
    told = [one.reason for one in report.notes]
    assert any("no PNG, JPEG, GIF or WebP" in one for one in told)
    assert any("larger than" in one for one in told)
    assert any(one.startswith("Named where they stood, but not copied") for one in told)
    found = {one.name: (one.media_type, bool(one.reference)) for one in attachments(harness, "c")}
    assert found == {
        "file_a1-page.png": ("image/png", False),
        "file_b2-x.png": ("image/png", False),
        "file_c3-x.webp": ("image/png", True),  # what it is, whatever its name says
        "": ("image/*", False),
    }
    assert stored(harness) == [PNG]


def test_json_holds_the_pictures_and_another_phial_has_them(
    harness: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(harness, archive(tmp_path / "a.zip", {"c": ["file_a1"]}, **{"file_a1.png": PNG}))
    before = attachments(harness, "c")
    transfer = harness.services.transfer
    ids = [one.id for one in harness.services.library.chats.conversations()]
    for name in ("c.json", "c.md"):
        transfer.export(ids, "json" if name == "c.json" else "markdown", tmp_path / name)
    with monkeypatch.context() as small:
        small.setattr(json_format, "MOST_PICTURES", 3)
        with pytest.raises(TransferError, match="archive"):
            transfer.export(ids, "json", tmp_path / "d.json")
    removed(harness, "c", [])
    assert imported(harness, tmp_path / "c.json").notes == ()
    assert (attachments(harness, "c"), stored(harness)) == (before, [PNG])
    removed(harness, "c", [])
    (note,) = imported(harness, tmp_path / "c.md").notes  # Markdown names it
    assert "did not come with the chat" in note.reason
    assert attachments(harness, "c")[0].reference == ""


def test_a_picture_of_a_backup_stays(harness: Harness, tmp_path: Path) -> None:
    services = harness.services
    empty = services.maintenance.back_up()
    imported(harness, archive(tmp_path / "a.zip", {"c": ["file_a1"]}, **{"file_a1.png": PNG}))
    undo = services.maintenance.restore(empty)
    assert stored(harness) == [PNG]
    services.maintenance.restore(undo)
    (part,) = attachments(harness, "c")
    path = services.pictures.path(part.reference)
    assert path is not None
    assert path.read_bytes() == PNG
    removed(harness, "c", [])


def test_what_an_import_left_that_was_killed_goes_later(harness: Harness) -> None:
    services, chats = harness.services, harness.stored.conversations
    services.pictures.keep(AttachmentPart("cat.png"), PNG)  # and no chat follows
    after = kept_pictures(services.data_folder, chats, services.bus)
    after.look()
    assert stored(harness) == [PNG]  # another program may be at it
    began = int(chats.noted("pictures are stored since"))
    assert began <= time.time()
    chats.note("pictures are stored since", str(began - 4_000)).result()
    after.look()
    assert stored(harness) == []
