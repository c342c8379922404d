"""Sums: exact values, expressions, and what is wrong in the numbers of a text. Pure, no model."""
