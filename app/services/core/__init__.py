"""What every service stands on: events, settings, the serial executor, formatting, ids."""
