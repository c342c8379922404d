"""Which links may be opened, and what is said before one is."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from app.markup.document.blocks import Paragraph
from app.markup.document.spans import Link
from app.markup.parse import parse
from app.ui.core.links import ask_to_open_link, is_openable_link, link_warnings
from app.ui.style.dialogs import Dialog


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/",
        "HTTP://EXAMPLE.ORG",
        "https://example.org/a?b=c#d",
        "mailto:someone@example.org",
        "mailto:someone@example.org?subject=Hello",
        "https://xn--80ak6aa92e.com/",
    ],
)
def test_web_and_mail_may_be_opened(address: str) -> None:
    assert is_openable_link(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.org",
        "//example.org",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " https://example.org",
        "https://example.org/ and more",
        "https://example.org/\u2028x",
        "ht\ntps://example.org",
        "https:",
        "https://",
        "https:///path",
        "https://[::1",
        "file:///etc/passwd",
        "data:text/html,x",
        "vbscript:x",
        "smb://host/share",
        "ms-settings:",
        "\u202ehttps://example.org",
        "mailto:a@b.org?attach=/etc/passwd",
        "mailto:",
    ],
)
def test_nothing_else_may(address: str) -> None:
    assert not is_openable_link(address)


def link_of(markdown: str) -> Link:
    block = parse(markdown)[0]
    assert isinstance(block, Paragraph)
    return next(span for span in block.spans if isinstance(span, Link))


def test_letters_of_another_alphabet_are_shown_for_what_they_are() -> None:
    link = link_of("[apple](https://\u0430\u0440\u0440\u04cf\u0435.com/login)")
    assert link.href == "https://xn--80ak6aa92e.com/login"
    assert "another alphabet" in link_warnings(link.href)[0]
    assert "\u201c\u0430\u0440\u0440\u04cf\u0435.com\u201d" in link_warnings(link.href)[0]


def test_a_name_that_cannot_be_decoded_is_shown_as_it_is() -> None:
    assert "\u201cxn--\u201d" in link_warnings("https://xn--/")[0]
    assert "xn--99999999999" in link_warnings("https://xn--99999999999.org/")[0]


def test_a_text_that_names_another_site_is_told() -> None:
    assert (
        "leads to evil.example" in link_warnings("https://evil.example/a", "https://bank.com/a")[0]
    )
    assert "leads to evil.example" in link_warnings("https://evil.example", "www.bank.com")[0]
    assert link_warnings("https://www.bank.com/a", "bank.com") == []
    assert link_warnings("https://bank.com/a", "the bank") == []


def test_a_name_before_an_at_sign_is_not_the_site() -> None:
    assert "The site is evil.example" in link_warnings("https://bank.com@evil.example/")[0]
    assert link_warnings("mailto:someone@example.org") == []


@pytest.mark.parametrize(
    ("address", "answer"),
    [("https://example.org/", "Open"), ("https://xn--80ak6aa92e.com/", "Cancel")],
)
def test_enter_opens_only_an_address_that_nothing_is_to_be_said_of(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, address: str, answer: str
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    focused: list[str] = []

    def look(dialog: QDialog) -> int:
        widget = dialog.focusWidget()
        focused.append(widget.accessibleName() if widget is not None else "")
        return QDialog.DialogCode.Rejected.value

    monkeypatch.setattr(Dialog, "exec", look)
    ask_to_open_link(window, address)
    assert focused == [answer]
