"""What people fill in about artifacts, groups and collections, and what narrows the lists of them."""
