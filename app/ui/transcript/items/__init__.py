"""Rows laid out as text documents and painted."""
