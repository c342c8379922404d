"""What assistive technology sees of a conversation: messages as documents, with their parts."""
