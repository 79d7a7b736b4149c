"""How long a name may be, whatever has it, and a longer text. Pure Python; the columns of names are as wide."""

LONGEST_NAME = 255
# Where a description has a bound of its own, that stands beside what is described.
LONGEST_PROSE = 10_000
