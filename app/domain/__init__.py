"""Plain frozen values that every other room speaks in. No I/O, standard library only."""
