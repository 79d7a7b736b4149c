"""What the API takes and gives about artifacts, groups, and collections with their imports."""
