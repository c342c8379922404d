"""The engines, which turn a request into a stream of events: llama.cpp, its process, a script."""
