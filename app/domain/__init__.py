"""Frozen values that every other package uses. No I/O, standard library only."""
