"""Endpoints of artifacts, groups, and collections with their imports. All that they serve is shared."""
