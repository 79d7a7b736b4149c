"""Hold the branches that tests reach to their limits. Takes the path of a report by `coverage json`."""

import json
import sys
from pathlib import Path

LIMITS = {"everything": 85, "deployment_sets/services/resolution.py": 95}


def main() -> int:
    """Print each figure beside its limit; 1 when one falls short."""
    report = json.loads(Path(sys.argv[1]).read_text())
    short = False
    for what, limit in LIMITS.items():
        totals = report["totals"] if what == "everything" else report["files"][what]["summary"]
        reached = 100 * totals["covered_branches"] / totals["num_branches"]
        short |= reached < limit
        print(f"Branches reached in {what}: {reached:.1f} % (at least {limit} %)")
    return int(short)


if __name__ == "__main__":
    sys.exit(main())
