"""The use cases of import and export."""
