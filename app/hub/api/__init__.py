"""What the Hugging Face Hub is asked: file lists, metadata, access tokens, updates."""
