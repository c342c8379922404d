"""Calculations with letters: what pupils write, step by step."""
