"""A process of its own turns passages of documents into numbers, to find them by meaning."""
