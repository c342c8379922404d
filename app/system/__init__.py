"""Each platform difference, a file a topic; the only package that asks which OS this is."""
