"""Work of the transcript that is done when the window is idle."""
