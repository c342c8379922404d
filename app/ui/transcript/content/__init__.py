"""A conversation as rows and heights, without Qt widgets."""
