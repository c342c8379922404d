"""The process that reads documents: its client, its host, and what goes between them."""
