"""The documents that were read: what they are, their pages, and passages that can be found."""
