"""A repository's model card, rendered; nothing it names is fetched."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import QFontDatabase, QImage, QPainter, QTextDocument
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QTextBrowser, QWidget

from app.domain.download import ModelCard
from app.domain.errors import KnownError
from app.language import paragraph, tr
from app.markup.card import without_html
from app.markup.code.highlighter import TokenKind
from app.markup.maths.render import Formula, FormulaStyle, MathError, render
from app.markup.parse import parse
from app.markup.transfer.writers.html_blocks import HtmlBlocks
from app.markup.transfer.writers.html_style import COLOUR_OF, DARK, LIGHT
from app.ui.core.links import ask_to_open_link, is_openable_link
from app.ui.style.dialogs import Dialog, push_button, text_label
from app.ui.style.theme import Theme

_TEXT = 15.0  # pixels of a formula's text
_MOST = 400_000  # characters that are laid out; no card a person reads is longer


class ModelCardDialog(Dialog):
    """The card and its licence."""

    def __init__(self, parent: QWidget, repository: str, theme: Theme) -> None:
        super().__init__(parent, tr("Model card of {repository}", repository=repository), 720)
        self.resize(760, 640)
        self.column.addWidget(text_label(repository, "subheading"))
        self._licence = text_label(tr("Asking the hub…"), "muted")
        self.column.addWidget(self._licence)
        self._page = CardText(theme)
        self.column.addWidget(self._page, 1)
        close = push_button(tr("Close"), "accent")
        close.clicked.connect(self.accept)
        self.add_buttons(close, default=close)

    def show_card(self, card: ModelCard) -> None:
        """Show what the hub sent."""
        licence = (
            tr("Licence: {licence}.", licence=card.licence)
            if card.licence
            else tr("The card names no licence.")
        )
        self._licence.setText(paragraph(licence, tr("Pictures are not fetched.")))
        self._page.show_markdown(card.text or tr("*This repository has no model card.*"))

    def show_problem(self, error: KnownError) -> None:
        """Say why there is none."""
        self._licence.setText(str(error))


class CardText(QTextBrowser):
    """Markdown drawn by the window's own parser. It loads nothing from anywhere."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName(tr("Model card"))
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.anchorClicked.connect(self._follow)
        self._colours = DARK if theme.dark else LIGHT
        self._formulas: list[Formula] = []
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        colours = self._colours
        self.document().setDocumentMargin(12)
        self.document().setDefaultStyleSheet(
            f"a{{color:{colours['link']}}} p{{margin-top:6px;margin-bottom:6px}}"
            f"code,pre{{font-family:'{fixed}'}} code{{background-color:{colours['ground']}}}"
            f"table.data{{border-collapse:collapse;border-style:solid;"
            f"border-color:{colours['border']}}} th{{background-color:{colours['ground']}}}"
            f"blockquote{{color:{colours['muted']}}}"
        )

    def show_markdown(self, text: str) -> None:
        """Show a card from its top."""
        self._formulas = []
        look = _CardRenderer(self._colours, self._formulas)
        self.setHtml(HtmlBlocks(look, "card").html(parse(without_html(text[:_MOST]))))

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Formulas that were drawn here, by number; nothing else is ever loaded."""
        address = name.toString() if isinstance(name, QUrl) else name
        images = QTextDocument.ResourceType.ImageResource.value
        if kind == images and address.isdecimal() and int(address) < len(self._formulas):
            return _picture(self._formulas[int(address)])
        return QByteArray()

    def _follow(self, address: QUrl) -> None:
        encoded = bytes(address.toEncoded().data()).decode()
        if is_openable_link(encoded):
            ask_to_open_link(self, encoded)


class _CardRenderer:
    """How the parts of a card look; see ``html_blocks.BlockRenderer``."""

    def __init__(self, colours: dict[str, str], formulas: list[Formula]) -> None:
        self._colours, self._formulas = colours, formulas

    def formula(self, source: str, markdown: str, *, display: bool) -> str:
        """An image whose name is its number."""
        try:
            style = FormulaStyle(display=display, size=_TEXT, colour=self._colours["text"])
            drawn = render(source, style)
        except MathError:
            return f"<code>{escape(markdown, quote=False)}</code>"
        self._formulas.append(drawn)
        return f'<img src="{len(self._formulas) - 1}" style="vertical-align:middle">'

    def code(self, label: str, body: str) -> str:
        """A tinted box."""
        muted, ground = self._colours["muted"], self._colours["ground"]
        head = f'<p style="margin:0;color:{muted}">{escape(label)}</p>' if label else ""
        return (
            f'<table width="100%" cellspacing="0" cellpadding="8" border="0" bgcolor="{ground}">'
            f'<tr><td>{head}<pre style="white-space:pre-wrap;margin:0">{body}</pre></td></tr>'
            "</table>"
        )

    def run(self, kind: TokenKind, text: str) -> str:  # not shown: HTML
        """Colour and text."""
        name = COLOUR_OF.get(kind)
        return f'<span style="color:{self._colours[name]}">{text}</span>' if name else text

    def folded(self, title: str, body: str) -> str:
        """Set off; no card holds any."""
        return self.quote(body, title)

    def quote(self, body: str, title: str = "", tone: str = "border") -> str:
        """A quotation."""
        colour = self._colours[tone]
        head = f'<p style="color:{colour}"><b>{escape(title)}</b></p>\n'  # not shown
        head = head if title else ""
        return f"<blockquote>\n{head}{body}</blockquote>\n"

    def task(self, *, checked: bool) -> str:
        """A drawn box."""
        return "☑ " if checked else "☐ "


def _picture(formula: Formula) -> QImage:
    size = QSize(max(1, round(formula.width * 2)), max(1, round(formula.height * 2)))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(2)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(formula.svg)).render(
        painter, QRectF(0, 0, formula.width, formula.height)
    )
    painter.end()
    return image
