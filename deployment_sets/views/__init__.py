"""Pages of sets, thin: fetch with permission, ask a service or a query, show."""
