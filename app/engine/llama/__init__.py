"""The llama.cpp engine. The only place that imports ``llama_cpp``."""
