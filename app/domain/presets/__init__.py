"""Presets and prompts: the values, and those that come with Phial."""
