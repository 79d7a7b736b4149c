"""What the endpoints of all apps share: who calls, what a body may hold, how lists are cut, and how errors look."""
