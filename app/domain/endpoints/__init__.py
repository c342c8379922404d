"""Models that are no files here: endpoints, and the reference that means either."""
