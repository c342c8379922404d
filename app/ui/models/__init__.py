"""Choosing, downloading, adding and measuring models."""
