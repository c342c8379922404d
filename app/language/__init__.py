"""Sentences for people in the language in force, with numbers and dates as it writes them.

``tr("Text with {name}", name=value)`` and ``trn("{n} chat", "{n} chats", n)`` make them. The
language is chosen by :mod:`app.system.language` before the first sentence is made (elsewhere it is
what ``PHIAL_LANGUAGE`` says), and stays for the life of the process. Standard library only.
"""

from app.language.sentence import Sentence, paragraph, tr, trc, trn

__all__ = ["Sentence", "paragraph", "tr", "trc", "trn"]  # not shown
