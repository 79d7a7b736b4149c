"""How fast artifacts land in a project: `python -m tests.benchmarks.bench_deploy`.

Prints figures, each the middle of several rounds, beside a floor of the same rounds: a plain loop
that reads, hashes, writes to a temporary name and renames the same files. Fails only past the hard limit.
"""

import logging
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks.measuring import empty_database, ratio, say

if TYPE_CHECKING:
    from artifacts.models import Artifact

HARD_LIMIT_SECONDS = 5.0
# (skills, seconds for a fresh deploy); with nothing to do it should take half of that.
TARGETS = [(50, 0.3), (500, 1.5)]
TARGET_RATIO = 3
ROUNDS = 5

type Files = dict[str, bytes]
_numbers = count(1)


def main() -> int:
    """Print every figure; 1 when the hard limit is passed."""
    with tempfile.TemporaryDirectory(prefix="deployment-sets-bench-") as name:
        folder = Path(name).resolve()
        os.environ["PROJECT_ROOTS"] = str(folder)
        with empty_database():
            logging.disable(logging.INFO)
            for skills, target in TARGETS:
                compare(folder, skills, target)
            return 1 if deploy_typical_artifacts(folder) > HARD_LIMIT_SECONDS else 0


def compare(folder: Path, skills: int, target: float) -> None:
    """So many skills of three files each, fresh and again, beside their floors."""
    contents = [
        {name: some_bytes(number, name) for name in ("SKILL.md", "reference.md", "scripts/run.py*")}
        for number in range(skills)
    ]
    deploy = Deploying([stored("skill", content) for content in contents])
    source = folder / f"source-{skills}"
    for number, content in enumerate(contents):
        write_plainly(source / f"skill-{number}", content)
    rounds = [round_of(folder, source, deploy) for _ in range(ROUNDS)]
    fresh, again, floor, reading = (median(seconds) for seconds in zip(*rounds, strict=True))
    wanted = f"target < {target:g} s and ≤ {TARGET_RATIO} ×"
    say(f"{skills} skills ({3 * skills:,} files), fresh", fresh, f"{ratio(fresh, floor, 'floor')}, {wanted}")
    say("    floor: read, hash, write, rename", floor)
    say("    again, with nothing changed", again, f"{ratio(again, floor, 'floor')}, target < {target / 2:g} s")
    say("    floor: read, hash", reading)


def deploy_typical_artifacts(folder: Path) -> float:
    """Twenty skills, fifteen commands, ten agents and five rules, fresh; the seconds that have a hard limit."""
    artifacts = [
        *(stored("skill", {"SKILL.md": some_bytes(n, "skill"), "run.sh*": some_bytes(n, "run")}) for n in range(20)),
        *(stored("command", {"": some_bytes(n, "command")}) for n in range(15)),
        *(stored("agent", {"": some_bytes(n, "agent")}) for n in range(10)),
        *(stored("rule", {"": some_bytes(n, "rule")}) for n in range(5)),
    ]
    target = emptied(folder / "typical")
    deploy = Deploying(artifacts)
    seconds = seconds_of(lambda: deploy(target))
    say("50 typical artifacts, fresh", seconds)
    say("    its hard limit", HARD_LIMIT_SECONDS, "kept" if seconds <= HARD_LIMIT_SECONDS else "PASSED")
    return seconds


def round_of(folder: Path, source: Path, deploy: Callable[[Path], None]) -> tuple[float, float, float, float]:
    """The seconds of a fresh deploy, of one again, of the floor, and of the floor's reading alone."""
    target, plain = emptied(folder / f"project-{next(_numbers)}"), emptied(folder / "plain")
    floor = seconds_of(lambda: copy_plainly(source, plain))
    fresh = seconds_of(lambda: deploy(target))
    again = seconds_of(lambda: deploy(target))
    reading = seconds_of(lambda: read_plainly(plain))
    shutil.rmtree(target)
    return fresh, again, floor, reading


@dataclass
class Deploying:
    """Deploys a set of these artifacts into a folder, the way a command or a page does."""

    artifacts: Sequence["Artifact"]

    def __post_init__(self) -> None:
        from accounts.services.users import local_user
        from tests.factories import DeploymentSetFactory

        self.owner = local_user()
        self.set = DeploymentSetFactory(owner=self.owner, members=list(self.artifacts))

    def __call__(self, folder: Path) -> None:
        from deployment_sets.services.batch_deploy import batch_deploy
        from projects.models import Project

        project = Project.objects.get(path=str(folder))
        report = batch_deploy(
            by=self.owner, deployment_set=self.set, project=project, profiles=list(project.profiles.all())
        )
        assert report.counts["error"] == 0


def stored(artifact_type: str, files: Files) -> "Artifact":
    """An artifact that holds these files."""
    from django.db import transaction

    from tests.factories import ArtifactFactory

    with transaction.atomic():
        artifact: Artifact = ArtifactFactory(type=artifact_type, files=files)
    return artifact


def emptied(folder: Path) -> Path:
    """The folder, empty and a project."""
    from accounts.services.users import local_user
    from projects.models import Project
    from projects.services import register_project

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if not Project.objects.filter(path=str(folder)).exists():
        register_project(owner=local_user(), path=str(folder))
    return folder


def some_bytes(number: int, name: str) -> bytes:
    """Text of a plausible length, about 4 KiB on average: many short files and a few long ones."""
    source = random.Random(f"{number} {name}")
    length = min(int(source.lognormvariate(7.8, 1.0)), 60_000)
    return source.randbytes(length // 2).hex().encode()


def copy_plainly(source: Path, target: Path) -> None:
    """The floor: read, hash, write to a temporary name, rename."""
    for path in source.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            sha256(data).hexdigest()
            final = target / path.relative_to(source)
            final.parent.mkdir(parents=True, exist_ok=True)
            draft = final.with_name(f".{final.name}.draft")
            draft.write_bytes(data)
            draft.rename(final)


def read_plainly(folder: Path) -> None:
    """The floor of a deploy with nothing to do: read and hash."""
    for path in folder.rglob("*"):
        if path.is_file():
            sha256(path.read_bytes()).hexdigest()


def write_plainly(folder: Path, files: Files) -> None:
    """Write these files below `folder`."""
    for name, data in files.items():
        path = folder / name.removesuffix("*")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def seconds_of(action: Callable[[], object]) -> float:
    """How long `action` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
