import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from config.management.commands.serve import check_address, make_projects_whole
from deployments.models import Run
from projects.models import Project
from tests.factories import RunFactory
from tests.running_server import free_port, serving


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "sets.example.org", ""])
def test_without_login_it_listens_on_this_machine_only(host: str) -> None:
    with pytest.raises(CommandError, match="set AUTH_ENABLED=true"):
        call_command("serve", host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "localhost"])
def test_every_name_of_this_machine_will_do(host: str) -> None:
    check_address(host, free_port())


def test_with_login_it_listens_wherever_it_is_told(settings: Settings) -> None:
    settings.AUTH_ENABLED = True
    check_address("0.0.0.0", free_port())


def test_a_port_in_use_is_an_error_that_names_another(taken_port: int) -> None:
    with pytest.raises(CommandError, match=f"Something else listens on 127.0.0.1, port {taken_port}.*--port"):
        call_command("serve", port=taken_port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(CommandError, match="Choose one from 1 to 65535"):
        call_command("serve", port=port)


def test_an_address_of_another_machine_is_an_error(settings: Settings) -> None:
    settings.AUTH_ENABLED = True
    with pytest.raises(CommandError, match=r"cannot listen on 192\.0\.2\.1"):
        check_address("192.0.2.1", 8000)


@pytest.mark.any_database  # a process of its own has a database of its own
def test_from_nothing_it_migrates_collects_and_serves(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.ask("GET", "/healthz").text == "ok\n"
        page = server.ask("GET", "/sets/").text
        assert "Deployment sets" in page
        (stylesheet,) = re.findall(r'href="(/static/css/tokens\.[0-9a-f]+\.css)"', page)
        assert "--paper" in server.ask("GET", stylesheet).text
        assert server.process.stdout is not None
        assert server.process.stdout.readline() == f"Serving on {server.url} (Ctrl-C stops it).\n"
    assert (tmp_path / "data" / "db.sqlite3").is_file()


def test_what_says_it_is_at_work_and_is_not_is_made_whole_before_serving(project: Project) -> None:
    run = RunFactory(project=project, state=Run.State.RUNNING)
    make_projects_whole()
    run.refresh_from_db()
    assert run.state == Run.State.RECOVERED
