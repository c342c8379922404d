"""Spelling by the dictionaries that the system has; without them there are no marks."""
