"""The header of a GGUF file: reading it, and what in it cannot be right."""
