"""A module a format: files become pages of text. Runs in the process that reads documents."""
