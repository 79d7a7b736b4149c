"""Pages of projects and of runs."""
