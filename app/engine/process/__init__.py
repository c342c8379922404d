"""The engine as a process: its client in the window, its host, and the frames between them."""
