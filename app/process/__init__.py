"""Programs of our own that run beside this one: starting them, what goes through their pipes."""
