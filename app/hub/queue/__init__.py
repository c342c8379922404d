"""The queue of downloads and the file that keeps it across restarts."""
