"""How deep inline markup is followed, and what refers to a footnote."""

from __future__ import annotations

import re

MAX_NESTING = 24
"""Levels of links in links and of emphasis in emphasis; deeper markup loses its effect."""
MAX_IMAGES = 4
"""Levels of images in the descriptions of images."""

FOOTNOTE = re.compile(r"\[\^([^\]\[\s]{1,100})\]")
