"""Catalogues, source and compiled file agree, and nothing new is said outside them.

``python -m tests.tools.catalogue`` brings all of it up to date.
"""

from __future__ import annotations

import re
import string
from functools import cache

import pytest

from tests.tools import catalogue, sentences
from tests.tools.sentences import reads_like_words, uncaught

HOW = "run: python -m tests.tools.catalogue"
TYPED = {"clipboard", "selection", "topic", "language"}
FILLED_BY_THE_USER = {"domain/presets/bundled.py", "ui/presets/prompts_dialog.py"}
"""Where braces are shown as they stand: in prompts with blanks."""
UNTRANSLATED = 0
"""Texts of the catalogues without German; may only fall."""


@cache
def placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, *_ in string.Formatter().parse(text) if name is not None)


def test_catalogues_and_compiled_file_are_as_the_source_says() -> None:
    assert [path.name for path in catalogue.stale(catalogue.update())] == [], HOW


def test_nothing_is_said_outside_the_catalogue() -> None:
    """Where a text is for no reader, ``# not shown`` says so."""
    found = [one for texts in sentences.all_uncaught().values() for one in texts]
    assert not found, "\n".join(f"app/{one.path}:{one.line} {one.text!r}" for one in found)


def test_only_literals_are_translated() -> None:
    wrong = [f"app/{one.path}:{one.line} {one.text}" for one in sentences.not_literal()]
    assert wrong == [], "tr takes a literal; what changes is a placeholder of it"


def test_every_placeholder_is_filled_and_every_value_used() -> None:
    for path, call, message in sentences.calls():
        given = sentences.values_of(call)
        if given is None or path.startswith("language/"):
            continue
        for text in filter(None, (message.message, message.plural)):
            there = placeholders(text)
            if not given and path in FILLED_BY_THE_USER:
                there -= TYPED
            where = f"app/{path}:{call.lineno} {text!r}"
            assert there <= given, f"{where} is not given {there - given}"
        said = placeholders(message.message) | placeholders(message.plural or "")
        assert given <= said | {"n"}, f"app/{path}:{call.lineno} {given - said} is said nowhere"


def test_a_translation_has_the_placeholders_of_its_source_and_no_other() -> None:
    for room, found in catalogue.entries().items():
        for entry in filter(catalogue.is_translated, found):
            forms = entry.string if isinstance(entry.string, tuple | list) else [entry.string]
            source = entry.id if isinstance(entry.id, tuple | list) else [entry.id]
            for form in forms:
                # "Ein Chat" for 1 may leave the number out
                wanted = placeholders(source[-1]) - ({"n"} if len(source) > 1 else set())
                assert wanted <= placeholders(form) <= placeholders(source[-1]), (
                    f"{room}.po: {form}"
                )
                # Duden: a blank before what stands for words that are left out
                assert not re.search(r"[\w}]…", form), f"{room}.po: {form}"


def test_no_language_calls_what_was_checked_proved() -> None:
    """A check says what was looked for and found, and no more than that."""
    rooms = ("cited_words", "services/documents", "conversation/marks", "evidence", "cli/documents")
    claims = re.compile(
        r"(?i)\b(?:dis)?prove[ds]?\b|verif|proof|bewiesen|bewies|beweis|nachgewiesen"
    )
    said = [
        f"{entry.id} {entry.string}"
        for found in catalogue.entries().values()
        for entry in found
        if any(room in path for path, _ in entry.locations for room in rooms)
    ]
    assert len(said) > 100
    assert [one for one in said if claims.search(one)] == []


def test_plural_forms_are_complete_and_marks_are_kept() -> None:
    for room, found in catalogue.entries().items():
        for entry in filter(catalogue.is_translated, found):
            several = isinstance(entry.id, tuple | list)
            assert several == isinstance(entry.string, tuple | list), f"{room}.po: {entry.id}"
            if several:
                assert len(entry.string) == 2, f"{room}.po: {entry.id}"
                continue
            for mark in ("…", "&", "\n", "%(", "%%"):
                there = entry.string.count(mark), entry.id.count(mark)
                assert there[0] == there[1], f"{room}.po: {entry.string!r} ({mark!r})"
            assert entry.string[:1].isspace() == entry.id[:1].isspace(), f"{room}.po: {entry.id!r}"
            assert entry.string[-1:].isspace() == entry.id[-1:].isspace(), (
                f"{room}.po: {entry.id!r}"
            )


def test_what_lacks_german_only_becomes_less() -> None:
    lacking = [
        f"{room}.po: {text}" for room, texts in catalogue.missing().items() for text in texts
    ]
    assert len(lacking) <= UNTRANSLATED, "\n".join(lacking)


# --- the rule -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["Two words", "{x} tokens", "{x} of {x} used", "Cancel", "Export…", "wait…", "a GGUF file",
     "“{x}”", "“{x}” is no number.", "Done.", "not now", "Re-read", "for {x}", "Chats: {x}"],
)  # fmt: skip
def test_a_text_for_people_is_known(text: str) -> None:
    assert reads_like_words(text)


@pytest.mark.parametrize(
    "text",
    ["", "utf-8", "kv_type", "--model", "PHIAL_HOME", "{x}{x}", "{x} · {x}", "SELECT a FROM b",
     "text/html; charset=utf-8", "settings.json", "QPushButton { color: red }", r"\w+ \d", "%d.%m",
     "<hr>", "a", "1 2 3", "color: {x}; margin: 0;"],
)  # fmt: skip
def test_a_text_for_machines_is_known(text: str) -> None:
    assert not reads_like_words(text)


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('x = "Two words"', 1),
        ('x = tr("Two words")', 0),
        ('x = tr("Two {n}", n="more words")', 1),
        ('x = "Two words"  # not shown', 0),
        ('X = {  # not shown\n    "a": "Two words",\n}', 0),
        ('def f():  # not shown: for the model\n    return "Two words"', 0),
        ('"""Two words."""\ndef f():\n    """Two words."""', 0),
        ('log.info("Two words %s", x)', 0),
        ('raise ValueError("Two words")', 0),
        ('raise StoreError("Two words")', 1),
        ('raise argparse.ArgumentTypeError("two words")', 1),
        ('p.add_argument("--x", metavar="NAME", help="two words")', 1),
        ('if x == "Two words": pass', 0),
        ('x = f"{a} words {b:.2f}"', 1),
        ('x = f"{f("Two words")}"', 1),
        ('x: "Two words" = 1', 0),
        ('x = "# not shown here"', 1),
        ('x = "{} files".format(n)', 1),
    ],
)
def test_where_a_text_stands_decides(source: str, count: int) -> None:
    if "f(" in source and '{f("' in source:
        source = source.replace('f("Two', "f('Two").replace('words")}', "words')}")
    assert len(uncaught("x.py", source)) == count
