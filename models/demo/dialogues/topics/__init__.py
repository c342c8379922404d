"""Everything the demo can talk about, by concern."""

from __future__ import annotations

from . import chatting, manners, model, program, shortcuts, showcase

GUIDE = manners.TOPICS + program.TOPICS + model.TOPICS + chatting.TOPICS + shortcuts.TOPICS
SHOWCASE = showcase.TOPICS
TOPICS = GUIDE + SHOWCASE
