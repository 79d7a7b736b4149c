"""A run keeps what it replaces, so what is too much to keep is refused, and without reading it all."""

import os
from pathlib import Path

import pytest

from artifacts.importing.limits import Limits
from deployments.installer import disk
from deployments.installer.decisions import OnConflict
from deployments.installer.exchange import Spot
from deployments.models import Placement
from tests.deployments.busy_project import picture
from tests.deployments.conftest import Desk, only, outcome
from tests.factories import give_version

PDF = ".claude/skills/pdf"
SHIP = ".claude/commands/ship.md"


def make_huge(path: Path) -> None:
    """A file of many bytes that take no place and no time."""
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(50 << 30)


@pytest.mark.parametrize("path", [f"{PDF}/huge.bin", PDF])
def test_a_huge_file_in_the_way_is_refused_without_being_read(desk: Desk, path: str) -> None:
    make_huge(desk.folder / path)
    result = only(desk.deploy(desk.artifact("skill:pdf"), on_conflict=OnConflict.OVERWRITE))
    assert (result.status, result.action) == ("error", "refused")
    assert f"{PDF} holds more than 256 MiB or 40,000 files. Move it away first." in result.reason
    assert (desk.folder / path).stat().st_size == 50 << 30


@pytest.mark.parametrize("limit", ["MAX_FILES", "MAX_BYTES"])
def test_of_a_huge_folder_in_the_way_no_more_is_read_than_a_run_would_keep(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(disk, limit, 10)
    (desk.folder / PDF).mkdir(parents=True)
    for number in range(30):
        (desk.folder / PDF / f"{number}.txt").write_text("four")
    before = picture(desk.folder)
    read: list[str] = []
    plain = disk._read_file

    def read_file(spot: Spot, path: str, look: disk._Look) -> object:
        read.append(path)
        return plain(spot, path, look)

    monkeypatch.setattr(disk, "_read_file", read_file)
    report = desk.deploy(
        desk.artifact("skill:pdf"), desk.artifact("command:ship", {"": "Ship"}), on_conflict=OnConflict.OVERWRITE
    )
    assert outcome(report) == [("skill:pdf", "error", "refused"), ("command:ship", "success", "create")]
    assert f"{PDF} holds more than" in report.results[0].reason
    assert len(read) <= 12
    assert picture(desk.folder).items() > before.items()


def test_folders_count_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "MAX_FILES", 10)
    for number in range(30):
        (desk.folder / PDF / str(number)).mkdir(parents=True)
    result = only(desk.deploy(desk.artifact("skill:pdf"), on_conflict=OnConflict.OVERWRITE))
    assert (result.status, result.action) == ("error", "refused")


def test_a_file_that_grows_while_it_is_read_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size, asked first, says nothing about it."""
    monkeypatch.setattr(disk, "MAX_BYTES", 10)
    monkeypatch.setattr(disk, "_CHUNK", 4)
    file = desk.folder / SHIP
    file.parent.mkdir(parents=True)
    file.write_text("short")
    plain = os.read

    def grow(descriptor: int, size: int) -> bytes:
        with file.open("a") as stream:
            stream.write("longer and longer")
        return plain(descriptor, size)

    monkeypatch.setattr(os, "read", grow)
    result = only(desk.deploy(desk.artifact("command:ship"), on_conflict=OnConflict.OVERWRITE))
    assert (result.status, result.action) == ("error", "refused")


def test_what_an_import_takes_in_can_be_replaced_and_removed_again() -> None:
    """An artifact holds at most what its whole collection may, and tools leave by-products beside it."""
    assert Limits().total_bytes < disk.MAX_BYTES
    assert 2 * Limits().files <= disk.MAX_FILES


def test_an_artifact_of_many_megabytes_is_updated_and_removed(desk: Desk) -> None:
    content = bytes(10 << 20)
    skill = desk.artifact("skill:pdf", {"SKILL.md": "old", **{f"{n}.bin": content for n in range(7)}})
    desk.deploy(skill)
    give_version(skill, {"SKILL.md": "new"})
    assert outcome(desk.deploy(skill)) == [("skill:pdf", "success", "update")]
    desk.undo()
    assert outcome(desk.undeploy()) == [("skill:pdf", "success", "remove")]
    assert picture(desk.folder) == {}
    assert not Placement.objects.exists()
