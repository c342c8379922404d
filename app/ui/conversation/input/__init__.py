"""What stands around the words of the composer: chips, prompts, messages in waiting."""
