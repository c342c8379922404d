"""How much of a document is read: beyond these it is cut, with a remark, or refused."""

from __future__ import annotations

MAX_FILE = 1 * 2**30  # bytes
MAX_PAGES = 100_000
MAX_PAGE = 400_000  # characters of one page
MAX_TEXT = 200_000_000  # characters of all pages
MAX_CELLS = 1_000_000  # of a table that are not empty
MAX_HEADINGS = 20_000
MAX_PARTS = 20_000  # of an archive
MAX_UNPACKED = 400 * 2**20  # bytes of all parts of an archive that are read
MAX_RATIO = 250  # unpacked to packed; XML of a long table reaches 60
RATIO_FROM = 4 * 2**20  # bytes; below them no ratio matters
MAX_DEPTH = 400  # elements inside each other
