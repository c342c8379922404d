"""The use cases: send, stop, retry, edit, continue; library; models; transfer. No Qt."""
