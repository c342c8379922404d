"""Conversations and messages: the tree, the journal of answers, summaries, the trash."""
