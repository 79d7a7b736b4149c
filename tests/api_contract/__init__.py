"""What holds for every operation of the API, found by asking the API which operations there are."""
