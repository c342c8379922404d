"""Turning a request into a stream of events: llama.cpp, its process, and a scripted stand-in."""
