"""The use cases of models: choosing, loading, downloading, measuring, advising."""
