"""What the pixels of one picture say: quality, defects, safety."""
