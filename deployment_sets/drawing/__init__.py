"""A set as a picture: `parts` says what is drawn, `layout` where, `lettering` and `colours` how; `picture` reads it
from the database. All but the last are pure Python.
"""
