"""Finding, downloading and verifying model files; the only room that opens a socket."""
