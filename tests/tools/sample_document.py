"""Writes the document that ships to be asked about: ``python -m tests.tools.sample_document``.

Everything in it is made up, so that no model knows it.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.document_files import Line, pdf

PATH = Path(__file__).parents[2] / "assets" / "sample" / "lighthouse.pdf"
TITLE = "The lighthouse of Ormsund"
PAGES = (
    (
        TITLE,
        "A guide for visitors.",
        "",
        "The lighthouse stands on the island of Ormsund, an hour by boat from the town of Velkary.",
        "The tower was built in 1883, after forty ships had been lost on the rocks in nine years.",
        "",
        "The tower is 47 metres tall. A stair of 212 steps leads to the lamp.",
        "The walls are of red granite, which came from a quarry at Tollavik.",
        "",
        "The architect was Ines Marholt. She was 26 years old, and it was her first work.",
    ),
    (
        "The lamp and its keepers",
        "The first lamp burned the oil of rape seed. It used 3 litres in a night.",
        "The lamp has been electric since 1931. Its light is seen at a distance of 34 kilometres.",
        "",
        "The first keeper was Aron Teveldal. He kept the lamp for 38 years and missed no night.",
        "The last keeper was Runa Silvester. She left the island in 1997.",
        "",
        "Since then the lamp has been watched from Velkary by telephone line.",
        "A cat named Admiral lived in the tower until 2004.",
    ),
    (
        "Visiting",
        "The boat leaves Velkary at 9:30 and comes back at 16:00. It does not sail on Mondays.",
        "A ticket costs 24 crowns; children under 7 travel free.",
        "",
        "The tower is closed in a storm. Dogs are not allowed on the stair.",
        "There is no shop on the island, so bring water.",
        "",
        "Mail from the island gets a stamp of its own, a blue seal with a lamp.",
        "The telephone number of the boat is 555 0147.",
    ),
)


def document() -> bytes:
    """The document as PDF."""
    pages = [
        [
            Line(text, y=770 - 20 * row, size=18 if not row else 11)
            for row, text in enumerate(page)
            if text
        ]
        for page in PAGES
    ]
    return pdf(pages, title=TITLE, outline=[(page[0], n) for n, page in enumerate(PAGES, 1)])


if __name__ == "__main__":
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_bytes(document())
