"""Calls that are made up from the API's own document; `make fuzz` runs them, and EXAMPLES=100 more of them."""
