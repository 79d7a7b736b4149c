"""Pages of collections, artifacts and groups, thin: may they, ask a service or a query, show."""
