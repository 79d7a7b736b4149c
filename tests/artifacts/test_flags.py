"""What a person is shown before an artifact is deployed."""

import json
from pathlib import Path

import pytest

from artifacts.importing.flags import hidden_unicode, literal_secrets
from artifacts.models import Artifact
from artifacts.services.importing import import_collection
from tests.artifacts.sources import skill, write_files


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\u202eb", "bidi-control"),
        ("a\u2066b", "bidi-control"),
        ("a\U000e0041b", "tag-characters"),
        ("a\u200b\u200cb", "zero-width-run"),
        ("a\U000e0100\U000e0101b", "variation-selector-run"),
        ("\U0001f3f4\U000e0041\U000e007f", "tag-characters"),
    ],
)
def test_hidden_characters_are_flagged_with_their_line(text: str, code: str) -> None:
    (flag,) = hidden_unicode("x.md", f"one\ntwo {text}\n".encode())
    assert (flag.code, flag.file) == (code, "x.md")
    assert "line 2" in flag.detail


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "\ufeffwith a byte order mark",
        "one\u200bbreak",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\u2764\ufe0f",
        "שלום",
    ],
)
def test_ordinary_text_in_any_script_is_not(text: str) -> None:
    assert hidden_unicode("x.md", text.encode()) == []


def test_a_binary_is_not_looked_into() -> None:
    assert hidden_unicode("x.bin", "\u202e".encode() + b"\xff") == []


@pytest.mark.parametrize(
    ("definition", "place"),
    [
        ({"env": {"API_KEY": "hunter2-hunter2"}}, "env.API_KEY"),
        ({"env": {"github_token": "hunter2"}}, "env.github_token"),
        ({"env": {"ANYTHING": "ghp_" + "a1" * 18}}, "env.ANYTHING"),
        ({"env": {"X": "${TOKEN:-ghp_" + "a1" * 18 + "}"}}, "env.X"),
        ({"headers": {"Authorization": "Bearer hunter2hunter2hunter2"}}, "headers.Authorization"),
        ({"headers": {"X-Api-Key": "hunter2"}}, "headers.X-Api-Key"),
        ({"args": ["--api-key=hunter2"]}, "args[0]"),
        ({"args": ["-y", "--token", "hunter2"]}, "args[2]"),
        ({"args": ["postgres://me:hunter2@example.org/x"]}, "args[0]"),
        ({"url": "https://me:hunter2@example.org/"}, "url"),
    ],
)
def test_a_secret_written_out_is_flagged_without_repeating_it(definition: dict[str, object], place: str) -> None:
    (flag,) = literal_secrets(definition)
    assert flag.code == "literal-secret"
    assert flag.detail.startswith(f"{place} ")
    assert "hunter2" not in flag.detail
    assert "ghp_" not in flag.detail


@pytest.mark.parametrize(
    "definition",
    [
        {"env": {"API_KEY": "${API_KEY}", "TOKEN": "$TOKEN", "SECRET": "", "PASSWORD": "<your password>"}},
        {"env": {"TOKEN": "${TOKEN:-}", "KEY_COUNT": "3", "MAX_TOKENS": "4096", "API_KEY": "your-key-here"}},
        {"headers": {"Authorization": "Bearer ${TOKEN}", "Accept": "application/json"}},
        {"args": ["--token", "${TOKEN}", "--port", "8080", "--verbose"]},
        {"url": "https://example.org:8443/mcp", "command": "npx"},
        {"args": ["postgres://me:${PASSWORD}@example.org/x"]},
        {"env": ["not", "a", "map"], "args": {"neither": 1}, "headers": None},
    ],
)
def test_references_and_ordinary_values_are_not(definition: dict[str, object]) -> None:
    assert literal_secrets(definition) == []


@pytest.mark.django_db
def test_flags_are_kept_on_the_artifact_and_go_when_the_cause_goes(source: Path) -> None:
    server = {"command": "x", "env": {"TOKEN": "hunter2", "NOTE": "a\u202eb"}}
    write_files(
        source,
        {
            "skills/x/SKILL.md": skill("x"),
            "skills/x/notes.md": "a\u202eb",
            ".mcp.json": json.dumps({"mcpServers": {"s": server}}),
        },
    )
    import_collection(source=str(source))
    found = {row.artifact_id: [(flag["code"], flag["file"]) for flag in row.flags] for row in Artifact.objects.all()}
    assert found == {"skill:x": [("bidi-control", "notes.md")], "mcp:s": [("bidi-control", ""), ("literal-secret", "")]}
    write_files(source, {"skills/x/notes.md": "ab"})
    import_collection(source=str(source))
    assert Artifact.objects.get(name="x").flags == []
