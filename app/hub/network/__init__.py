"""The only connections of the program: the offline gate, the transport, HTTP responses."""
