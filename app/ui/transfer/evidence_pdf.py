"""Evidence of an answer as PDF: the same page as for a browser, laid out by Qt."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from app.language import tr
from app.markup.transfer.writers.html import BrowserRenderer
from app.ui.transfer.pdf import paper

_MARGIN_MM = 18.0
_DPI = 96


class PaperRenderer(BrowserRenderer):
    """How things look there: formulas are their source."""

    def __init__(self) -> None:
        super().__init__(fold=False)

    def formula(self, _source: str, markdown: str, *, display: bool) -> str:
        """The source as it was written."""
        code = f"<code>{escape(markdown, quote=False)}</code>"
        return f"<p>{code}</p>" if display else code


def evidence_pdf(html: str) -> bytes:
    """The pages of a page of HTML; needs a ``QGuiApplication``, any thread will do."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setCreator("Phial")  # not shown: a name
    writer.setTitle(tr("Evidence of an answer"))
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(paper()),
            QPageLayout.Orientation.Portrait,
            margins,
            QPageLayout.Unit.Millimeter,
        )
    )
    writer.setResolution(_DPI)
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setHtml(html)
    document.setPageSize(QSizeF(writer.width(), writer.height()))
    document.print_(writer)
    buffer.close()
    return bytes(buffer.data().data())
