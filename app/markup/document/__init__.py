"""The values that Markdown becomes: blocks, spans and their order in a message."""
