"""Files that are damaged, endless, locked or meant badly are told apart, and cost little.

All are read by the real process, but where a limit is made small for a test.
"""

from __future__ import annotations

import os
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.documents.extractors import archive, extract, limits, sheets
from app.documents.process.client import DocumentReader
from app.documents.process.frames import OpenedReply
from app.documents.reading.kind import SUFFIXES
from app.domain.documents import DocumentFacts, DocumentKind, DocumentPage, Remark
from app.domain.errors import DocumentError, DocumentLockedError, DocumentTooLargeError
from tests.support import document_files as make
from tests.support.confined import has_no_network
from tests.support.document_files import Line, lines, paragraph
from tests.unit.documents.extractors.test_formats import read as read_here
from tests.unit.documents.extractors.test_formats import written

BOMB = "0" * (12 * 2**20)


NEVER = threading.Event()
READER = DocumentReader()


@pytest.fixture(scope="module", autouse=True)
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One process reads them all: none of them ends it, and it connects to nothing."""
    found_in(written(tmp_path_factory.mktemp("first"), "a.txt", "It begins."))
    yield
    pid = READER.pid
    alone = pid is None or has_no_network(pid)
    connections = psutil.Process(pid).net_connections() if pid is not None else []
    READER.close()
    assert connections == []
    assert alone


def found_in(path: Path) -> list[OpenedReply | DocumentPage | DocumentFacts]:
    """What the process finds in a file."""
    return list(READER.read(path, NEVER))


def read(path: Path) -> tuple[list[DocumentPage], DocumentFacts]:
    found = found_in(path)
    assert isinstance(found[-1], DocumentFacts)
    return [one for one in found if isinstance(one, DocumentPage)], found[-1]


def failure(path: Path) -> DocumentError:
    before = READER.pid
    with pytest.raises(DocumentError) as caught:
        found_in(path)
    assert before in {None, READER.pid}, "the process ended"
    return caught.value


def test_an_encrypted_pdf_is_said_to_be_locked(tmp_path: Path) -> None:
    path = written(tmp_path, "a.pdf", make.pdf([lines("secret")], encrypt=True))
    assert isinstance(failure(path), DocumentLockedError)


@pytest.mark.parametrize("name", ["a.docx", "a.xls"])
def test_an_encrypted_office_file_is_said_to_be_locked(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000)
    assert isinstance(failure(path), DocumentLockedError)


def test_an_encrypted_open_document_is_said_to_be_locked(tmp_path: Path) -> None:
    manifest = {"META-INF/manifest.xml": "<m><encryption-data/></m>"}
    for kind, name in (("text", "a.odt"), ("spreadsheet", "a.ods")):
        path = make.open_document(tmp_path / name, kind, "", **manifest)
        assert isinstance(failure(path), DocumentLockedError)


def test_an_encrypted_archive_is_said_to_be_locked(tmp_path: Path) -> None:
    path = make.docx(tmp_path / "a.docx", paragraph("secret"))
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + offset] |= 1
    path.write_bytes(content)
    assert isinstance(failure(path), DocumentLockedError)


def test_a_book_that_is_locked_by_its_seller_is_not_read(tmp_path: Path) -> None:
    locked = {
        "META-INF/encryption.xml": "<e><EncryptionMethod Algorithm='http://x#aes128-cbc'/></e>"
    }
    assert isinstance(failure(make.epub(tmp_path / "a.epub", ["x"], **locked)), DocumentLockedError)
    fonts = {"META-INF/encryption.xml": locked["META-INF/encryption.xml"].replace(
        "http://x#aes128-cbc", "http://www.idpf.org/2008/embedding"
    )}  # fmt: skip
    pages, _ = read(make.epub(tmp_path / "b.epub", ["<p>free</p>"], **fonts))
    assert pages[0].text == "free"


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_a_file_of_nothing_is_said_to_be_empty(tmp_path: Path, suffix: str) -> None:
    assert "empty" in failure(written(tmp_path, f"a{suffix}", b"")).what


def test_a_file_of_blanks_is_said_to_be_empty(tmp_path: Path) -> None:
    assert "empty" in failure(written(tmp_path, "a.txt", b"\xef\xbb\xbf \n\t\n")).what


def test_a_damaged_pdf(tmp_path: Path) -> None:
    assert "damaged" in failure(written(tmp_path, "a.pdf", b"%PDF-1.5\n" + os.urandom(3000))).what


def made(tmp_path: Path) -> list[Path]:
    return [
        make.docx(tmp_path / "a.docx", paragraph("word " * 2000)),
        make.open_document(tmp_path / "a.odt", "text", f"<text:p>{'word ' * 2000}</text:p>"),
        make.pptx(tmp_path / "a.pptx", [("word", "word " * 2000)]),
        make.xlsx(tmp_path / "a.xlsx", {"One": "<row><c><v>7</v></c></row>" * 500}),
        make.epub(tmp_path / "a.epub", [f"<p>{'word ' * 2000}</p>"]),
        written(tmp_path, "a.pdf", make.pdf([lines(*["word"] * 30)] * 5)),
    ]


def test_a_file_that_was_cut_or_altered_is_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    for path in made(tmp_path):
        whole = path.read_bytes()
        for index in range(12):
            at = len(whole) * index // 12
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF] * 8) + whole[at + 8 :])
            try_it(path)
            path.write_bytes(whole[: max(at, 1)])
            try_it(path)


def try_it(path: Path) -> None:
    before = READER.pid
    try:
        found_in(path)
    except DocumentError:
        assert before in {None, READER.pid}, "the process ended"


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "docProps/core.xml"])
def test_a_document_type_is_refused_in_every_part(tmp_path: Path, part: str) -> None:
    entities = (
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
        '<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&b;&x;</d>'
    )
    error = failure(make.docx(tmp_path / "a.docx", paragraph("x"), **{part: entities}))
    assert "<!DOCTYPE" in error.what


def test_what_a_web_page_declares_is_never_used(tmp_path: Path) -> None:
    content = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>a &x; b</p>'
    pages, _ = read(written(tmp_path, "a.html", content))
    assert "root:" not in pages[0].text


@pytest.mark.parametrize("name", ["word/document.xml", "xl/sharedStrings.xml"])
def test_a_zip_bomb_is_stopped_while_it_unpacks(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.docx"
    if name.startswith("word"):
        make.docx(path, paragraph(BOMB))
    else:
        make.xlsx(path, {"One": ""}, [BOMB])
    assert isinstance(failure(path), DocumentTooLargeError)


def test_what_an_archive_says_of_its_sizes_is_not_believed(tmp_path: Path) -> None:
    path = make.docx(tmp_path / "a.docx", paragraph(BOMB))
    content = bytearray(path.read_bytes())
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(content)
    failure(path)


def test_an_archive_of_very_many_parts_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_PARTS", 5)
    parts = {f"x{n}": "" for n in range(6)}
    path = make.docx(tmp_path / "a.docx", paragraph("x"), **parts)
    with pytest.raises(DocumentTooLargeError):
        read_here(path)


@pytest.mark.parametrize("endless", ["<a ", "<a x='", "<![", "<!x", "</"])
def test_tags_without_an_end_cost_their_length_and_end_nothing(
    tmp_path: Path, endless: str
) -> None:
    pages, _ = read(written(tmp_path, "a.html", f"<p>words</p>{endless * 50_000}"))
    assert pages[0].text.startswith("words")


def test_elements_inside_each_other_without_end(tmp_path: Path) -> None:
    deep = "<w:x>" * 5_000 + "</w:x>" * 5_000
    assert "nested" in failure(make.docx(tmp_path / "a.docx", deep)).what
    pages, _ = read(written(tmp_path, "a.html", "<div>" * 100_000 + "text"))
    assert pages[0].text == "text"


def test_a_page_of_ten_megabytes_is_cut_and_said(tmp_path: Path) -> None:
    page = make.docx(
        tmp_path / "a.docx",
        paragraph("first") + paragraph("word " * 2_000_000, before="<w:lastRenderedPageBreak/>"),
    )
    # Varied text would pass as well; the ratio of this one is a bomb's.
    assert isinstance(failure(page), DocumentTooLargeError)
    texts = written(tmp_path, "a.txt", " ".join(str(n) for n in range(1_500_000)))
    pages, facts = read(texts)
    assert facts.characters > 10_000_000
    assert max(len(one.text) for one in pages) <= 3_000
    content = make.pdf([[Line(f"{n} of these", y=800 - n / 30) for n in range(23_000)]])
    assert len(read(written(tmp_path, "a.pdf", content))[0][0].text) > 250_000


def test_a_page_of_a_pdf_without_end_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.documents.extractors.flow.MAX_PAGE", 100)
    pages, _ = read_here(written(tmp_path, "a.pdf", make.pdf([lines(*["a line of text"] * 40)])))
    assert (len(pages[0].text), pages[0].remark) == (100, Remark.CUT)


def test_a_million_cells_are_cut_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.MAX_CELLS == 1_000_000
    monkeypatch.setattr(sheets._Budget, "__init__", lambda self: setattr(self, "left", 120))
    rows = "<row>" + "<c><v>7</v></c>" * 50 + "</row>"
    pages, facts = read_here(make.xlsx(tmp_path / "a.xlsx", {"One": rows * 10}))
    assert facts.remarks == (Remark.CUT,)
    assert len(pages[0].text.split("\n")) == 2


def test_a_repetition_without_end_is_bounded(tmp_path: Path) -> None:
    body = (
        "<table:table><table:table-row table:number-rows-repeated='1048576'><table:table-cell "
        "table:number-columns-repeated='16384'><text:p>a</text:p></table:table-cell>"
        "</table:table-row></table:table>"
    )
    _, facts = read(make.open_document(tmp_path / "a.ods", "spreadsheet", body))
    assert facts.characters < 5_000_000
    assert facts.remarks == (Remark.CUT,)
    pages, _ = read(
        make.open_document(
            tmp_path / "a.odt", "text", "<text:p>a<text:s text:c='999999999'/>b</text:p>"
        )
    )
    assert len(pages[0].text) < 2_000


def test_more_pages_than_are_read_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "MAX_PAGES", 3)
    pages, facts = read_here(written(tmp_path, "a.pdf", make.pdf([lines("x")] * 5)))
    assert len(pages) == 3
    assert facts.remarks == (Remark.CUT,)


def test_a_file_that_lies_about_its_kind_is_read_as_what_it_is(tmp_path: Path) -> None:
    word = make.docx(tmp_path / "a.docx", paragraph("text"))
    for name in ("report.pdf", "notes.txt", "page.html"):
        pages, facts = read(written(tmp_path, name, word.read_bytes()))
        assert facts.kind is DocumentKind.DOCX
        assert facts.remarks == (Remark.MISNAMED,)
        assert pages[0].text == "text"


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.txt", "a"])
def test_what_is_no_document_is_refused(tmp_path: Path, name: str) -> None:
    failure(written(tmp_path, name, b"\x7fELF\0\1\2\3" + b"\0\xff" * 500))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as made_zip:
        made_zip.writestr("a.txt", "x")
    failure(tmp_path / "b.zip")
    assert "RTF" in str(failure(written(tmp_path, "c.txt", r"{\rtf1\ansi\b words}")))


def test_scripts_are_never_run_and_never_text(tmp_path: Path) -> None:
    content = make.pdf([lines("text")], script="app.launchURL('http://example.org')")
    assert read(written(tmp_path, "a.pdf", content))[0][0].text == "text"
    page = "<p onclick='x()'>a</p><script>secret</script><svg><text>secret</text></svg>"
    assert read(written(tmp_path, "a.html", page))[0][0].text == "a"


def test_control_characters_never_reach_the_text(tmp_path: Path) -> None:
    pages, _ = read(written(tmp_path, "a.txt", "a\x1b]0;owned\x07b\x9b31m\u2028c"))
    assert "\x1b" not in pages[0].text
    assert "\x9b" not in pages[0].text


def test_ligatures_and_hyphens_at_the_ends_of_lines_are_kept_as_they_stand(tmp_path: Path) -> None:
    content = make.pdf([[Line("an ofﬁce of ﬂight", font="F2")], lines("a hyphen-", "ated word")])
    pages, _ = read(written(tmp_path, "a.pdf", content))
    assert pages[0].text.replace("ﬁ", "fi").replace("ﬂ", "fl") == "an office of flight"
    assert pages[1].text.replace("\n", "") == "a hyphen-ated word"


def test_a_folder_and_a_file_that_is_gone_are_refused(tmp_path: Path) -> None:
    failure(tmp_path)
    failure(tmp_path / "gone.pdf")


def test_a_name_of_control_characters_is_no_obstacle(tmp_path: Path) -> None:
    path = written(tmp_path, "a\x1b[31m\n.txt", "text")
    assert read(path)[0][0].text == "text"


def test_facts_come_last_and_the_opening_first(tmp_path: Path) -> None:
    for path in made(tmp_path):
        found = found_in(path)
        assert isinstance(found[0], OpenedReply)
        assert isinstance(found[-1], DocumentFacts)
        assert all(isinstance(one, DocumentPage) for one in found[1:-1])
