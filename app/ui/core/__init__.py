"""What the window stands on: event bridge, operations, single instance, schedulers."""
