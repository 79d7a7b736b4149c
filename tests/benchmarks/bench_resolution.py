"""How fast sets resolve: `python -m tests.benchmarks.bench_resolution`.

Prints figures, each the best of several runs; those with a database beside a floor of the same run,
the same rows fetched with `sqlite3` alone. Fails only past the hard limit.
"""

import itertools
import sqlite3
import sys
from contextlib import closing
from uuid import UUID

from deployment_sets.services.resolution import Member, MemberKind, SetGraph, explain, resolve
from tests.benchmarks.measuring import best, empty_database, ratio, say

HARD_LIMIT_SECONDS = 0.5
LEVELS = 20
WIDTH = 3


def main() -> int:
    """Print every figure; 1 when the hard limit is passed."""
    pure_figures()
    with empty_database():
        return 1 if database_figures() > HARD_LIMIT_SECONDS else 0


def pure_figures() -> None:
    """The core alone, over plain maps."""
    five_levels = nested(levels=5, artifacts_each=20)
    say("100 artifacts over 5 levels, pure", best(lambda: resolve(UUID(int=1), five_levels)), "target < 1 ms")
    wide = nested(levels=1, artifacts_each=10_000)
    say("10,000 artifacts in one set, pure", best(lambda: resolve(UUID(int=1), wide), runs=10), "target < 50 ms")
    ladder = rungs(LEVELS, WIDTH)
    straight = as_long_as(ladder)
    chain_seconds = best(lambda: resolve(UUID(int=1), straight))
    ladder_seconds = best(lambda: resolve(UUID(int=1), ladder))
    say(f"{LEVELS} levels in a chain, with as many members, pure", chain_seconds)
    say(
        f"{LEVELS} levels of {WIDTH}, each holding all of the next, pure",
        ladder_seconds,
        ratio(ladder_seconds, chain_seconds, "chain"),
    )
    bottom = UUID(int=10**6)
    trails = explain(UUID(int=1), ladder, bottom).trail_count
    say("the same, one artifact explained", best(lambda: explain(UUID(int=1), ladder, bottom)), f"{trails:,} trails")


def nested(*, levels: int, artifacts_each: int) -> SetGraph:
    """Each set holds the next and its own artifacts."""
    return SetGraph(
        {
            UUID(int=level): [
                *(Member(MemberKind.ARTIFACT, UUID(int=10**6 * level + n)) for n in range(artifacts_each)),
                *([Member(MemberKind.SET, UUID(int=level + 1))] if level < levels else []),
            ]
            for level in range(1, levels + 1)
        }
    )


def rungs(levels: int, width: int) -> SetGraph:
    """Every set of a level holds all sets of the next; the last level holds one artifact."""
    ids = [
        [UUID(int=100 * level + place) for place in range(1, (width if level else 1) + 1)] for level in range(levels)
    ]
    members = {
        outer: [Member(MemberKind.SET, inner) for inner in below]
        for level, below in itertools.pairwise(ids)
        for outer in level
    }
    return SetGraph(members | {one: [Member(MemberKind.ARTIFACT, UUID(int=10**6))] for one in ids[-1]})


def as_long_as(graph: SetGraph) -> SetGraph:
    """A chain of `LEVELS` sets that has as many members in all as `graph`."""
    members = sum(map(len, graph.members.values()))
    return nested(levels=LEVELS, artifacts_each=(members - LEVELS) // LEVELS)


def database_figures() -> float:
    """With the database, beside the floor. The seconds that have a hard limit."""
    from django.conf import settings

    from accounts.services.users import local_user
    from artifacts.models import Artifact, Collection
    from deployment_sets.models import DeploymentSet, DeploymentSetMember
    from deployment_sets.services.graph import resolve_set

    owner = local_user()
    collection = Collection.objects.create(name="Bench", kind="folder", source="bench")

    def stored(levels: int, artifacts_each: int) -> DeploymentSet:
        sets = [DeploymentSet(owner=owner, name=f"Level {level}") for level in range(levels)]
        DeploymentSet.objects.bulk_create(sets)
        for level, one in enumerate(sets):
            artifacts = [
                Artifact(collection=collection, type="skill", name=f"{one.pk}-{n}") for n in range(artifacts_each)
            ]
            members = [
                DeploymentSetMember(set=one, artifact=artifact, position=position)
                for position, artifact in enumerate(Artifact.objects.bulk_create(artifacts))
            ]
            if level + 1 < levels:
                members.append(DeploymentSetMember(set=one, member_set=sets[level + 1], position=artifacts_each))
            DeploymentSetMember.objects.bulk_create(members)
        return sets[0]

    small, large = stored(5, 20), stored(1, 10_000)
    with closing(sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))) as database:

        def measured(what: str, one: DeploymentSet, runs: int) -> float:
            floor = best(lambda: raw_rows(database, one.pk), runs)
            seconds = best(lambda: resolve_set(one), runs)
            say(f"{what}, from the database", seconds, ratio(seconds, floor, "floor"))
            say("    floor: the same rows by sqlite3 alone", floor)
            return seconds

        limited = measured("100 artifacts over 5 levels", small, runs=50)
        say("    its hard limit", HARD_LIMIT_SECONDS, "kept" if limited <= HARD_LIMIT_SECONDS else "PASSED")
        measured("10,000 artifacts in one set", large, runs=5)
    return limited


def raw_rows(database: sqlite3.Connection, root: UUID) -> int:
    """The floor: the same two queries, with nothing made of their rows."""
    reached = """WITH RECURSIVE reached(id) AS (
        SELECT ? UNION SELECT m.member_set_id FROM reached r
        JOIN deployment_sets_deploymentsetmember m ON m.set_id = r.id WHERE m.member_set_id IS NOT NULL
    )"""
    members = database.execute(
        f"""{reached} SELECT m.set_id, m.artifact_id, a.gone_at, m.group_id, g.name, m.member_set_id, s.name
        FROM reached r JOIN deployment_sets_deploymentsetmember m ON m.set_id = r.id
        LEFT JOIN artifacts_artifact a ON a.uuid = m.artifact_id
        LEFT JOIN artifacts_artifactgroup g ON g.id = m.group_id
        LEFT JOIN deployment_sets_deploymentset s ON s.id = m.member_set_id ORDER BY m.set_id, m.position""",
        [root.hex],
    ).fetchall()
    groups = database.execute(
        f"""{reached} SELECT gm.group_id, gm.artifact_id, a.gone_at
        FROM reached r JOIN deployment_sets_deploymentsetmember m ON m.set_id = r.id
        JOIN artifacts_groupmembership gm ON gm.group_id = m.group_id
        JOIN artifacts_artifact a ON a.uuid = gm.artifact_id ORDER BY gm.group_id, gm.position""",
        [root.hex],
    ).fetchall()
    return len(members) + len(groups)


if __name__ == "__main__":
    sys.exit(main())
