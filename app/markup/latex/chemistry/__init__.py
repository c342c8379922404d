"""Chemistry in formulas: what mhchem reads, as LaTeX."""
