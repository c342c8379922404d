"""What of Phial there is beside its window: a quick question in a small one, and the tray icon."""
