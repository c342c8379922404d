"""Full-text search over titles and messages."""
