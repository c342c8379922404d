"""What Phial asks of the desktop around its window: to stay awake, to tell who looks elsewhere."""
