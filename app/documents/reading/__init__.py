"""What a file is, and how the text of pages is cut into passages. Pure."""
