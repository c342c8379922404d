"""Model files on this computer: scanning folders and the list of installed models."""
