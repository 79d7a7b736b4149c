"""What it costs to have many entries in one file, counted in readings of the file and in digests."""

from collections import Counter
from collections.abc import Callable

import pytest

from artifacts.models import Artifact
from deployments.installer.shared_files.json_text import JsonText
from profiles.entries import Element, Value
from tests.deployments.conftest import Desk
from tests.deployments.merged_artifacts import hook, server

pytestmark = pytest.mark.django_db

type Make = Callable[[Desk, int], Artifact]


def make_hook(desk: Desk, number: int) -> Artifact:
    return hook(desk, f"h{number}", f"echo {number}")


def make_server(desk: Desk, number: int) -> Artifact:
    return server(desk, f"s{number}")


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts how often a file is read, and how often a digest is made of an element."""
    count: Counter[str] = Counter()
    read, of = JsonText.__init__, Element.of

    def counted_read(source: JsonText, text: str, *, comments: bool) -> None:
        count["readings"] += 1
        read(source, text, comments=comments)

    def counted_of(path: tuple[str, ...], value: Value) -> Element:
        count["digests"] += 1
        return of(path, value)

    monkeypatch.setattr(JsonText, "__init__", counted_read)
    monkeypatch.setattr(Element, "of", counted_of)
    return count


def work_of(desk: Desk, work: Counter[str], artifacts: list[Artifact]) -> list[tuple[int, int]]:
    """The readings and digests of a deploy and of an undeploy."""
    found = []
    for job in (desk.deploy, desk.undeploy):
        work.clear()
        assert job(*artifacts).counts["success"] == len(artifacts)
        found.append((work["readings"], work["digests"]))
    return found


@pytest.mark.parametrize("make", [make_hook, make_server])
def test_a_run_reads_a_file_twice_for_each_entry_it_changes(desk: Desk, work: Counter[str], make: Make) -> None:
    for readings, _ in work_of(desk, work, [make(desk, number) for number in range(20)]):
        # Once while it is planned and once when it is done.
        assert readings <= 2 * 20 + 5


def test_a_run_digests_each_element_of_an_array_once_for_each_reading(desk: Desk, work: Counter[str]) -> None:
    for readings, digests in work_of(desk, work, [make_hook(desk, number) for number in range(20)]):
        assert 0 < digests <= readings * 21
