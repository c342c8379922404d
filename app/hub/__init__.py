"""Finding, downloading and verifying model files; the only package that opens a socket."""
