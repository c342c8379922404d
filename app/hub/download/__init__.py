"""One download: partial file, journal, resuming, hashing, disk space, rate limit."""
