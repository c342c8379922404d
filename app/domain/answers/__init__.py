"""What an answer is made of while it comes: reasoning told apart from its words."""
