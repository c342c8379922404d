"""The handlers of the command table, and the command palette."""
