"""Keep the rows of the database that the settings name as a dump for the tests of migrations.

    python -m tests.dumps.make

writes `tests/dumps/<state of the migrations>.json`. The database is the application's own (`DATA_DIR`,
`DATABASE_URL`). Make one before the first migration that follows a release: a test loads each
dump, migrates it forward and expects to find its rows again. A second one of the same state, for rows that
nothing wrote before, has another ending put into its name by hand: `….pages.json`.
"""

import json
import os
import sys
from pathlib import Path

import django


def main() -> None:
    """Write the dump, and say where."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tests.dumps.rows import name_of, read_rows, state_of_database

    migrations = state_of_database()
    file = Path(__file__).with_name(name_of(migrations))
    dump = {"migrations": migrations, "rows": read_rows(migrations)}
    file.write_text(json.dumps(dump, ensure_ascii=False, indent=1) + "\n")
    sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
