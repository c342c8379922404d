"""Code blocks: languages, lexers and coloured spans."""
