"""Models as cards: what each costs here, and its buttons."""
