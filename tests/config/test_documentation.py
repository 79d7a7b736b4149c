import re
import tomllib

from django.core.management import get_commands

from tests.config.fresh_process import NAMES, PROJECT

APPS = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]


def settings_read() -> set[str]:
    return set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', (PROJECT / "config" / "settings.py").read_text()))


def test_every_setting_is_documented_and_nothing_else() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", (PROJECT / "docs" / "settings.md").read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(settings_read())


def test_the_example_file_names_every_setting_and_sets_none() -> None:
    lines = (PROJECT / ".env.example").read_text().splitlines()
    assert {line[2:].split("=")[0] for line in lines if re.match(r"# [A-Z_]+=", line)} == settings_read()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_the_tests_of_settings_know_every_setting() -> None:
    assert set(NAMES) == settings_read()


def test_every_make_target_the_readme_names_exists_and_says_what_it_does() -> None:
    named = set(re.findall(r"make ([a-z][a-z0-9]*)", (PROJECT / "README.md").read_text()))
    explained = set(re.findall(r"^([a-z0-9]+):.*## .+", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "test"} <= named <= explained


def test_every_command_is_documented_and_every_documented_one_exists() -> None:
    papers = [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md"), *(PROJECT / "examples").glob("*.md")]
    named = {name for paper in papers for name in re.findall(r"manage\.py ([a-z_]+)", paper.read_text())}
    ours = {file.stem for app in APPS for file in (PROJECT / app).glob("management/commands/[a-z]*.py")}
    # Two are the work of `make demo` and `make serve`.
    assert ours - {"demo", "serve"} <= named <= get_commands().keys()


def test_every_place_the_architecture_names_is_there() -> None:
    text = (PROJECT / "docs" / "architecture.md").read_text()
    named = re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.[a-z]+)?)`", text)
    kinds_of_rooms = {"services/", "management/commands/"}
    assert len(named) > 20
    assert [place for place in named if place not in kinds_of_rooms and not (PROJECT / place).exists()] == []


def test_the_architecture_names_every_room_that_not_every_app_has() -> None:
    text = (PROJECT / "docs" / "architecture.md").read_text()
    described = dict(re.findall(r"^\| `(\w+)/` \| ([^|]*`[^|]*) \|$", text, re.MULTILINE))
    everywhere = {"admin", "api", "apps", "exceptions", "forms", "models", "queries", "receivers"}
    everywhere |= {"schemas", "services", "urls", "views"}
    for app in APPS:
        rooms = {
            room.name
            for room in (PROJECT / app).iterdir()
            if (room.suffix == ".py" or (room / "__init__.py").exists())
            and room.stem not in everywhere | {"__init__", "management", "migrations"}
        }
        assert set(re.findall(r"`([a-z_]+(?:\.py)?)`", described[app])) == rooms, app


def test_every_picture_is_shown_and_every_one_that_is_shown_is_there() -> None:
    papers = [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]
    shown = {
        (paper.parent / path).resolve()
        for paper in papers
        for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", paper.read_text())
    }
    pictures = list((PROJECT / "docs" / "images").iterdir())
    assert shown == {picture.resolve() for picture in pictures}
    assert sum(picture.stat().st_size for picture in pictures) < 1_500_000
