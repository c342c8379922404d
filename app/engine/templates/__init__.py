"""Chat templates: which one a model is read with, and model files' own, rendered within bounds."""
