"""A real server, as a browser, a script and a stranger's page meet it: without login and with."""

import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.config.fresh_process import PROJECT, environment
from tests.running_server import Answer, Server, free_port, serving

# It starts processes of its own, with a database of their own.
pytestmark = pytest.mark.any_database

SETS = "/api/v1/deployment-sets"
MAKE_USER = "from accounts.models import User; User.objects.create_user('anna', password='correct horse')"


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Nobody has to log in."""
    with serving(tmp_path_factory.mktemp("local")) as server:
        yield server


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """People log in; there is one, anna."""
    folder = tmp_path_factory.mktemp("shared")
    with serving(folder, AUTH_ENABLED="true", PROJECT_ROOTS=str(folder)) as server:
        server.manage("shell", "--verbosity", "0", "--command", MAKE_USER)
        yield server


@pytest.fixture(params=["local", "shared"])
def either(request: pytest.FixtureRequest) -> Server:
    """One after the other."""
    server: Server = request.getfixturevalue(request.param)
    return server


@cache
def a_token(server: Server) -> str:
    """A token of anna's."""
    return server.manage("create_token", "anna").strip()


def credentials(server: Server) -> dict[str, str]:
    """What a script sends to be let in."""
    if server.settings.get("AUTH_ENABLED") != "true":
        return {}
    return {"Authorization": f"Bearer {a_token(server)}"}


def is_problem(answer: Answer, status: int) -> bool:
    return answer.status == status and answer.headers["content-type"] == "application/problem+json"


def test_a_program_makes_a_set(either: Server) -> None:
    made = either.ask("POST", SETS, {"name": "Made by a program"}, **credentials(either))
    assert made.status == 201, made.text
    read = either.ask("GET", f"{SETS}/{made.json()['id']}", **credentials(either))
    assert read.json()["owner_id"] == ("anna" if credentials(either) else "local-user")


def test_a_page_on_another_origin_cannot_drive_the_api(either: Server) -> None:
    def status(**headers: str) -> int:
        answer = either.ask("POST", SETS, {"name": "From a page"}, **headers, **credentials(either))
        assert answer.status == 201 or is_problem(answer, answer.status)
        return answer.status

    assert [status(Sec_Fetch_Site=site) for site in ("same-origin", "none")] == [201, 201]
    assert [status(Sec_Fetch_Site=site) for site in ("same-site", "cross-site")] == [403, 403]
    assert [status(Origin=origin) for origin in ("http://evil.example", "null")] == [403, 403]


def test_a_page_on_the_same_host_and_another_port_is_another_origin(either: Server) -> None:
    who = credentials(either)
    assert either.ask("POST", SETS, {"name": "Ours"}, Origin=either.url, **who).status == 201
    other = f"http://127.0.0.1:{either.port + 1}"
    assert is_problem(either.ask("POST", SETS, {"name": "Theirs"}, Origin=other, **who), 403)


def test_a_body_that_any_form_can_send_is_refused(either: Server) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = either.ask("POST", SETS, '{"name": "From a form"}', Content_Type=content_type, **credentials(either))
        assert is_problem(answer, 415), content_type


def test_a_host_that_is_not_ours_is_refused(either: Server) -> None:
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::1", "a b"):
        for path in (SETS, "/sets/", "/healthz"):
            assert either.ask("GET", path, Host=host, **credentials(either)).status == 400, (host, path)


def test_nobody_gets_in_without_a_login(shared: Server) -> None:
    assert is_problem(shared.ask("GET", SETS), 401)
    wrong = shared.ask("GET", SETS, Authorization="Bearer dset_wrong")
    assert is_problem(wrong, 401)
    assert "token that was sent opens nothing" in wrong.json()["detail"]
    assert is_problem(shared.ask("GET", SETS, Authorization="Basic YW5uYTpjb3JyZWN0IGhvcnNl"), 401)
    page = shared.ask("GET", "/sets/")
    assert (page.status, page.headers["location"]) == (302, "/login?next=/sets/")
    docs = shared.ask("GET", "/api/v1/docs", Accept="text/html,*/*")
    assert (docs.status, docs.headers["location"]) == (302, "/login?next=/api/v1/docs")


def test_a_revoked_token_is_worth_nothing_from_the_next_request_on(shared: Server) -> None:
    second = credentials(shared)
    first = {"Authorization": f"Bearer {shared.manage('create_token', 'anna').strip()}"}
    prefix = first["Authorization"].removeprefix("Bearer ")[:11]
    assert shared.ask("GET", SETS, **first).status == 200
    tokens = shared.ask("GET", "/api/v1/tokens?limit=200", **second).json()["items"]
    (token,) = [each for each in tokens if each["prefix"] == prefix]
    assert shared.ask("DELETE", f"/api/v1/tokens/{token['id']}", **second).status == 204
    assert is_problem(shared.ask("GET", SETS, **first), 401)
    assert shared.ask("GET", SETS, **second).status == 200


def test_a_session_needs_the_csrf_token_and_a_bearer_does_not(shared: Server) -> None:
    form = shared.ask("GET", "/login")
    csrf = cookie(form, "csrftoken")
    login = shared.ask(
        "POST",
        "/login",
        "username=anna&password=correct+horse&csrfmiddlewaretoken=" + csrf,
        Content_Type="application/x-www-form-urlencoded",
        Cookie=f"csrftoken={csrf}",
    )
    assert login.status == 302, login.text
    session = {"Cookie": f"sessionid={cookie(login, 'sessionid')}; csrftoken={cookie(login, 'csrftoken')}"}
    assert shared.ask("GET", SETS, **session).status == 200
    assert is_problem(shared.ask("POST", SETS, {"name": "Forged"}, **session), 403)
    proof = {"X_CSRFToken": cookie(login, "csrftoken")}
    assert shared.ask("POST", SETS, {"name": "Meant"}, **session, **proof).status == 201
    wrong = {**session, "Authorization": "Bearer dset_wrong"}
    assert is_problem(shared.ask("GET", SETS, **wrong), 401)


def test_without_login_the_server_listens_on_this_machine_only(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "manage.py", "serve", "--host", "0.0.0.0", "--port", str(free_port())],
        cwd=PROJECT,
        env=environment(DATA_DIR=str(tmp_path / "data")),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode != 0
    assert "Nobody has to log in" in refused.stderr


def test_pages_and_answers_say_what_a_browser_may_load(either: Server) -> None:
    for path in ("/login" if credentials(either) else "/sets/", SETS):
        policy = either.ask("GET", path, **credentials(either)).headers["content-security-policy"]
        assert "default-src 'self'" in policy


def cookie(answer: Answer, name: str) -> str:
    """The value of a cookie that the answer sets."""
    for header in answer.headers.get("set-cookie", "").split("\n"):
        if header.startswith(f"{name}="):
            return header.partition("=")[2].partition(";")[0]
    raise AssertionError(f"no cookie {name} in {answer.headers}")
