"""Reading a collection: what lies in it, which artifacts that makes, and what to say about the rest.

`sources` (with `folders` and `git`) lists and reads files; everything else is pure and works on a listing
and a read function. Nothing here writes to the database: `artifacts.services.importing` does.
"""
