"""The endings of files of chats, which the window knows before it knows what is in them."""

from __future__ import annotations

SUFFIXES = (".md", ".markdown", ".json", ".jsonl", ".chat", ".phial")
ZIP = ".zip"
