"""The transcript: a virtualised view of a conversation."""
