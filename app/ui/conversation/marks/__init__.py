"""What an answer's marks stand for: worked out beside the window, and shown when one is chosen."""
