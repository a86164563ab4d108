"""Between texts and the numbers that networks read and write."""
