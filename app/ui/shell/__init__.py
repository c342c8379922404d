"""The table of commands and the parts of one window."""
