"""Keeps this process from the network: by watching its own calls, and by the kernel."""
