"""Documents are stored whole or not at all, found by what they say, and removed for good."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.documents import (
    DocumentFacts,
    DocumentHeading,
    DocumentKind,
    DocumentPage,
    PageUnit,
    Remark,
)
from app.domain.embedding import QuestionVector, packed
from app.domain.errors import NewerDatabaseError, NotFoundError
from app.store.database.connect import APPLICATION_ID
from app.store.documents import passage_search, searched
from app.store.documents.document_repository import DocumentRepository
from app.store.documents.document_rows import DocumentSource, PassageDraft
from app.store.documents.opening import DATABASE_NAME, open_documents, open_private_documents

HEADINGS = (DocumentHeading(1, "Costs", 1, 0),)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DocumentRepository]:
    opened = open_documents(tmp_path).repository
    yield opened
    opened.close()


def add(
    store: DocumentRepository,
    name: str,
    *texts: str,
    collection: str = "",
    heading: str = "",
    replaces: str = "",
) -> str:
    """A document whose pages are one passage each."""
    id_, path = f"{name!a}-id", f"/somewhere/{name}"
    store.begin(DocumentSource(id_, name, path, path, collection, 7, 8)).result()
    pages = [DocumentPage(n, text, 0, len(text)) for n, text in enumerate(texts, 1)]
    drafts = [PassageDraft(page.number, 0, page.text, heading) for page in pages]
    store.add_pages(id_, pages, drafts).result()
    facts = DocumentFacts(
        DocumentKind.PDF, PageUnit.PAGE, 10, f"sha-{name!a}", len(texts), 20, HEADINGS, "Title",
        (Remark.CUT,),
    )  # fmt: skip
    store.finish(id_, facts, replaces).result()
    return id_


def found(store: DocumentRepository, question: str, **more: list[str]) -> list[tuple[str, int]]:
    return [(one.document, one.page) for one in store.search(question, **more)]  # type: ignore[arg-type]


def test_what_is_stored_comes_back(store: DocumentRepository) -> None:
    id_ = add(store, "a.pdf", "The first page.", "The second page.", collection="Law")
    (document,) = store.documents()
    assert document == store.document(id_)
    assert (document.name, document.path, document.collection) == (
        "a.pdf",
        "/somewhere/a.pdf",
        "Law",
    )
    assert (document.modified, document.read_at, document.passages) == (7, 8, 2)
    assert document.facts.headings == HEADINGS
    assert document.facts.remarks == (Remark.CUT,)
    assert store.page(id_, 2).text == "The second page."
    assert [page.number for page in store.pages(id_)] == [1, 2]
    with pytest.raises(NotFoundError):
        store.page(id_, 3)


def test_names_that_are_no_unicode_come_back(store: DocumentRepository) -> None:
    add(store, "a\udcff\x1b.pdf", "text")
    assert store.documents()[0].name == "a\udcff\x1b.pdf"


def test_what_is_being_read_is_seen_by_nobody(store: DocumentRepository) -> None:
    store.begin(DocumentSource("x", "a.pdf", "/a.pdf", "/a.pdf", "", 0, 100)).result()
    page = DocumentPage(1, "a secret word", 0, 13)
    store.add_pages("x", [page], [PassageDraft(1, 0, page.text, "")]).result()
    assert store.documents() == []
    assert store.search("secret") == []
    store.forget_unfinished(100).result()
    store.add_pages("x", [], []).result()
    store.forget_unfinished(101).result()
    with pytest.raises(NotFoundError):
        store.add_pages("x", [], []).result()


def test_what_is_being_read_hides_nothing_that_was_read(store: DocumentRepository) -> None:
    add(store, "b.pdf", "a thing that other people know")
    store.begin(DocumentSource("x", "a.pdf", "/a.pdf", "/a.pdf", "", 0, 100)).result()
    page = DocumentPage(1, "other thing other thing", 0, 23)
    drafts = [PassageDraft(1, 0, page.text, "")] * 80
    store.add_pages("x", [page], drafts).result()
    assert found(store, "other thing") == [("b.pdf", 1)]


def test_inflected_words_are_found(store: DocumentRepository) -> None:
    add(store, "a.pdf", "The maintainer uploads packages.", "Nothing of that kind.")
    assert found(store, "Who is uploading a package?") == [("a.pdf", 1)]


def test_words_of_the_heading_count_too(store: DocumentRepository) -> None:
    add(store, "a.pdf", "It is twelve euros.", heading="Costs of membership")
    add(store, "b.pdf", "Another text.")
    assert found(store, "membership") == [("a.pdf", 1)]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("この契約は三年間有効です。", "契約は何年間有効ですか"),
        ("Договор действует три года.", "договор ДЕЙСТВУЕТ"),
        ("σύμβαση τριών χρόνων", "σύμβαση"),
        ("החוזה תקף לשלוש שנים.", "החוזה"),
        ("العقد صالح لمدة ثلاث سنوات.", "العقد"),
        ("Größe und Straße", "straße"),
    ],
)
def test_any_script_is_found(store: DocumentRepository, text: str, question: str) -> None:
    add(store, "other.pdf", "Something else 別の文書です и другое")
    add(store, "a.pdf", text)
    assert found(store, question)[0] == ("a.pdf", 1)


@pytest.mark.parametrize(
    "question",
    ['"', "AND OR NOT", "a* NEAR(b)", "column:text", "(", "'; DROP TABLE documents", "", "the of"],
)
def test_no_question_is_a_command_to_the_index(store: DocumentRepository, question: str) -> None:
    add(store, "a.pdf", "text")
    store.search(question)
    assert len(store.documents()) == 1


def test_one_collection_can_be_asked_alone(store: DocumentRepository) -> None:
    first = add(store, "a.pdf", "a common word", collection="One")
    add(store, "b.pdf", "a common word", collection="Two")
    assert found(store, "common", documents=[first]) == [("a.pdf", 1)]
    assert [one.name for one in store.documents("Two")] == ["b.pdf"]
    store.move([first], "Two").result()
    assert len(store.documents("Two")) == 2


def test_meaning_decides_where_words_do_not_and_adds_what_they_miss(
    store: DocumentRepository,
) -> None:
    texts = ("apples and pears", "apples and plums", "pears of a garden in the north", "fruit")
    add(store, "a.pdf", *texts)
    sha, seqs = "ab" * 32, [one.seq for one in store.embeddings.missing("", 9)]
    vectors = [packed([1.0, 0.3]), packed([1.0, 0.1]), packed([0.0, 1.0]), packed([1.0, 0.0])]
    store.embeddings.keep(sha, list(zip(seqs, vectors, strict=True))).result()
    asked = QuestionVector(sha, packed([1.0, 0.0]))

    def places(question: str) -> list[int]:
        return [seqs.index(one.seq) for one in store.search(question, asked=asked)]

    assert places("apples") == [1, 0, 3, 2], "both have the word; one means more like it"
    assert places("garden in the north")[0] == 2, "all words stand there"


def test_a_document_that_is_read_again_takes_the_place_of_the_old_one(
    store: DocumentRepository,
) -> None:
    old = add(store, "a.pdf", "the old words")
    add(store, "b.pdf", "the new words", replaces=old)
    assert [one.name for one in store.documents()] == ["b.pdf"]
    assert found(store, "words") == [("b.pdf", 1)]


def test_removing_removes_every_word_from_the_disk(tmp_path: Path) -> None:
    store = open_documents(tmp_path).repository
    kept = "What stays here for ever"
    first = add(store, "secretname.pdf", "xylophone Ксилофон", collection="hiddenplace")
    add(store, "b.pdf", kept)
    store.remove([first]).result()
    assert found(store, "xylophone") == []
    store.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for word in ("xylophone", "xylophon", "ксилофон", "Ксилофон", "secretname", "hiddenplace"):
        assert word.encode() not in content
    assert kept.encode() in content


def test_the_indexes_agree_with_the_passages_after_everything(tmp_path: Path) -> None:
    store = open_documents(tmp_path).repository
    ids = [add(store, f"{n}.pdf", f"word{n} слово{n}", heading="h") for n in range(5)]
    store.remove(ids[:2]).result()
    store.close()
    connection = sqlite3.connect(tmp_path / DATABASE_NAME)
    from app.store.database.text_normalization import index_body

    connection.create_function("index_body", 1, index_body, deterministic=True)
    for index in ("stem_index", "plain_index"):
        connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    connection.close()


def test_documents_of_private_chats_are_on_no_disk(tmp_path: Path) -> None:
    store = open_private_documents()
    add(store, "a.pdf", "text")
    assert found(store, "text") == [("a.pdf", 1)]
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_newer_phial_read_is_left_alone(tmp_path: Path) -> None:
    open_documents(tmp_path).repository.close()
    path = tmp_path / DATABASE_NAME
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NewerDatabaseError):
        open_documents(tmp_path)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    connection.close()


@pytest.mark.may_warn("damaged")
def test_a_damaged_file_is_kept_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / DATABASE_NAME
    path.write_bytes(b"no database" * 1000)
    opened = open_documents(tmp_path)
    assert "damaged" in opened.told
    assert opened.repository.documents() == []
    opened.repository.close()
    assert any(one.read_bytes().startswith(b"no database") for one in tmp_path.iterdir())


def test_of_very_many_passages_the_rare_words_of_a_question_decide(
    store: DocumentRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (passage_search, searched):
        monkeypatch.setattr(module, "MOST_SCORED", 20)
    monkeypatch.setattr(passage_search, "_COMMON", 10)
    texts = [f"every page has common words {n}" for n in range(50)]
    texts[40] += " and a walrus"
    add(store, "a.pdf", *texts)
    assert found(store, "common words of the walrus") == [("a.pdf", 41)]
    assert len(found(store, "common words")) == 6
    other = add(store, "b.pdf", *(f"other common words {n}" for n in range(30)))
    of_other = found(store, "common", documents=[other])
    assert {name for name, _ in of_other} == {"b.pdf"}, "however many others have the word"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The o\ufb03ce is open.", "office"),
        ("The examina-\ntion took long.", "examinations"),
        ("It is well-\nknown.", "known"),
        ("The light\u00adhouse stands.", "lighthouse"),
    ],
)
def test_words_are_found_however_a_page_writes_them(
    store: DocumentRepository, text: str, question: str
) -> None:
    document = add(store, "a.pdf", text)
    add(store, "b.pdf", "x" * 400_000)  # a word of a page, which is looked at once
    assert found(store, question) == [("a.pdf", 1)]
    store.remove([document]).result()
    assert found(store, question) == []
