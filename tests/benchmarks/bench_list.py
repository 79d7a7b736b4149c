"""How fast the list of sets opens: `python -m tests.benchmarks.bench_list`.

Prints what the first page costs with a hundred sets and with ten thousand, each the best of several
rounds that take turns, beside a floor of the same rounds: the page's rows fetched with `sqlite3` alone.
Asserts nothing.
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from tests.benchmarks.measuring import best, empty_database, ratio, say

NUMBERS = (100, 10_000)
MEMBERS_EACH = 5
ROUNDS = 10
PAGE = "/sets/"


def main() -> int:
    """Print every figure."""
    with empty_database():
        databases = [filled(number) for number in NUMBERS]
        rounds = [[measured(database) for database in databases] for _ in range(ROUNDS)]
        pages = []
        for number, figures in zip(NUMBERS, zip(*rounds, strict=True), strict=True):
            page, floor = (min(seconds) for seconds in zip(*figures, strict=True))
            say(f"The first page of {number:,} sets, as a request", page, ratio(page, floor, "floor"))
            say("    floor: its rows by sqlite3 alone", floor)
            pages.append(page)
        few, many = pages
        say(f"{NUMBERS[1]:,} sets cost more than {NUMBERS[0]} by", many - few, ratio(many, few, "the few; target 1"))
    return 0


def filled(number: int) -> Path:
    """A copy of the database with `number` sets in it."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    call_command("collectstatic", verbosity=0, interactive=False)
    store_sets(number)
    copy: Path = settings.DATA_DIR / f"{number}.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    return copy


def measured(database: Path) -> tuple[float, float]:
    """The seconds for the first page of the sets in `database`, and for its floor."""
    from django.db import connection
    from django.test import Client

    connection.close()
    connection.settings_dict["NAME"] = str(database)
    client = Client(SERVER_NAME="localhost")
    if b'class="card"' not in client.get(PAGE).content:
        raise RuntimeError("The page shows no sets.")
    with closing(sqlite3.connect(database)) as alone:
        return best(lambda: client.get(PAGE), runs=5), best(lambda: raw_rows(alone), runs=5)


def store_sets(number: int) -> None:
    """Fill up to `number` sets, each with a tag, some artifacts, and the set before it in every other one."""
    from accounts.services.users import local_user
    from artifacts.models import Artifact, Collection
    from deployment_sets.models import DeploymentSet, DeploymentSetMember, DeploymentSetTag

    owner = local_user()
    collection, _ = Collection.objects.get_or_create(name="Bench", kind="folder", source="bench")
    artifacts = list(Artifact.objects.all()) or Artifact.objects.bulk_create(
        Artifact(collection=collection, type="skill", name=f"skill-{n}") for n in range(MEMBERS_EACH)
    )
    there = DeploymentSet.objects.count()
    sets = DeploymentSet.objects.bulk_create(
        DeploymentSet(owner=owner, name=f"Set {n}", description="About it.", color="#3d4bd1")
        for n in range(there, number)
    )
    DeploymentSetTag.objects.bulk_create(DeploymentSetTag(set=one, name=f"tag-{n % 9}") for n, one in enumerate(sets))
    DeploymentSetMember.objects.bulk_create(
        DeploymentSetMember(set=one, artifact=artifact, position=position)
        for one in sets
        for position, artifact in enumerate(artifacts)
    )
    DeploymentSetMember.objects.bulk_create(
        DeploymentSetMember(set=outer, member_set=inner, position=MEMBERS_EACH)
        for outer, inner in zip(sets[::2], sets[1::2], strict=False)
    )


def raw_rows(database: sqlite3.Connection) -> int:
    """The floor: how many sets there are, and those of the first page with their tags and members."""
    from deployment_sets.views.sets import CARDS_PER_PAGE

    database.execute("SELECT COUNT(*) FROM deployment_sets_deploymentset").fetchone()
    sets = database.execute(
        """SELECT id, name, description, color, icon, created_at, updated_at FROM deployment_sets_deploymentset
        WHERE owner_id = (SELECT id FROM accounts_user) ORDER BY updated_at DESC, id LIMIT ?""",
        [CARDS_PER_PAGE],
    ).fetchall()
    ids, places = [row[0] for row in sets], ", ".join("?" * len(sets))
    tags = database.execute(
        f"SELECT set_id, name FROM deployment_sets_deploymentsettag WHERE set_id IN ({places})", ids
    )
    members = database.execute(
        f"""SELECT set_id, artifact_id, member_set_id FROM deployment_sets_deploymentsetmember
        WHERE set_id IN ({places}) ORDER BY set_id, position""",
        ids,
    )
    return len(sets) + len(tags.fetchall()) + len(members.fetchall())


if __name__ == "__main__":
    sys.exit(main())
