"""The hub: its environment, the transport of bytes, what its replies mean."""
