"""Other people's files: read in a process of their own, and what is cited from them, checked."""
