"""How long a name may be, whatever has it. Pure Python; the columns of names are as wide."""

LONGEST_NAME = 255
