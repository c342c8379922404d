"""``phial documents``, and documents beside a question of ``phial ask``."""
