"""Owns the transcript: a virtualised view of a conversation."""
