"""What can be chosen about the window beside its looks: marks as one writes, the tray."""

from __future__ import annotations

from app.domain.options import Option, Section
from app.language import tr

SPELLING = Option(
    Section.GENERAL,
    tr("Mark misspelt words"),
    tr("In your messages, by the dictionaries that this system has."),
)
TRAY = Option(
    Section.GENERAL,
    tr("Icon in the tray"),
    tr("With a quick question and a new chat at hand, where the desktop has a tray."),
)
KEEP_IN_TRAY = Option(
    Section.GENERAL,
    tr("Closing the window keeps Phial in the tray"),
    tr("The model stays in memory. Quit in the tray's menu ends Phial."),
)
