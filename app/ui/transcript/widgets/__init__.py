"""The widgets of one message and their controls."""
