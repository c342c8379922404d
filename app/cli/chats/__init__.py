"""``phial chats``: a module for each group of its actions, and what they share."""
