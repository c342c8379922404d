"""What the window stands on: event bridge, background worker, single instance, schedulers."""
