"""What Phial connects to, what it refuses, and what holds it to that."""
