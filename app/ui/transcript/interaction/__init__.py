"""Pointer, keyboard, menus, clipboard, find and announcements in the transcript."""
