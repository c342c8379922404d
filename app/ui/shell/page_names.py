"""Which pages of the window a command may open; the pages themselves are made when they are."""

from __future__ import annotations

from enum import IntEnum


class ModelsTab(IntEnum):
    """The pages of models, in order."""

    INSTALLED = 0
    CATALOG = 1
    DOWNLOADS = 2
    ENDPOINTS = 3
