"""What is said in words: numbers, operations, and whether a statement is made at all."""
