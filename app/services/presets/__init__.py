"""Presets, prompts, and which values are in force for a chat."""
