"""``phial models``: its actions, getting a model, and what they share."""
