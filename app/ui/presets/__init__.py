"""Presets in the window: the menu of the chip, the dialog that manages them, values of one chat."""
