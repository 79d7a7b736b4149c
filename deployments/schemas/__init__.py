"""What the API takes and gives about deployments and runs."""
