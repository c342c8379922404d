"""Chats in and out through the window: the dialogs, and PDF, which needs Qt."""
