"""The engine as a process: the client that supervises it, the host inside it, and the frames between them."""
