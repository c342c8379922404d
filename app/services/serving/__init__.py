"""The model served to other programs: their requests behind the window's, and the switch."""
