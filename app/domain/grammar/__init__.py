"""Grammars that an answer must follow."""
