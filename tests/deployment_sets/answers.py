"""What the tests of sets' pages read in answers."""

import html
import json
import re
from typing import Any

from deployment_sets.models import DeploymentSet
from deployment_sets.queries import members_of


def asked_for(target: str) -> dict[str, str]:
    """The headers with which HTMX asks for what goes into the element `target`."""
    return {"HX-Request": "true", "HX-Target": target}


def words(answer: Any) -> str:
    """What a person reads."""
    without_tags = re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi>", "", answer.content.decode()))
    return " ".join(html.unescape(without_tags).split())


def hidden_value(answer: Any, name: str) -> str:
    """What the hidden field of that name holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())
    assert found is not None, name
    return html.unescape(found[1])


def undo_in(answer: Any) -> tuple[str, dict[str, str]]:
    """Where the toast posts to take it back, and what."""
    content = answer.content.decode()
    address, fields = re.search(r'hx-post="([^"]+)"', content), re.search(r'hx-vals="([^"]+)"', content)
    assert address and fields, content
    return address[1], json.loads(html.unescape(fields[1]))


def names_in(deployment_set: DeploymentSet) -> list[str]:
    """The members' names, in order and without a gap."""
    rows = members_of(deployment_set)
    assert [row.position for row in rows] == list(range(len(rows)))
    return [row.name for row in rows]
