"""LaTeX commands: tokens, names, environments, packages, and what a formula says aloud."""
