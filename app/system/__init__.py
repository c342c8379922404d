"""Each platform difference, a file a topic; the only room that asks which OS this is."""
