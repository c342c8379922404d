"""The use cases of a chat: send, stop, retry, edit, continue, titles and summaries."""
