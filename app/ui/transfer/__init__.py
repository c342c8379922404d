"""Owns what export needs Qt for: PDF."""
