"""What can be chosen about the window's looks."""
