"""Documents as the window and the terminal use them: added, found, given to a question, checked."""
