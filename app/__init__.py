"""Phial: an offline desktop chat for Phi-4."""

__version__ = "0.1.0"
