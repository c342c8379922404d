"""Writers of export formats."""
