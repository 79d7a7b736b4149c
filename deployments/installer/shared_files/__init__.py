"""Files that people edit by hand and we write entries into. Pure Python: no Django, no disk.

`parse` reads one, `merge` brings entries in and out; only these entries change, byte for byte.
"""
