"""What a page says in passing: that something was done, with the way to take it back, or why it was not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.contrib import messages
from django.http import HttpRequest
from django.template.loader import render_to_string

type Tone = Literal["good", "attention", "bad"]

_LEVELS: Mapping[Tone, int] = {"good": messages.SUCCESS, "attention": messages.WARNING, "bad": messages.ERROR}


@dataclass(frozen=True, slots=True)
class Undo:
    """What takes a change back: an address, and the fields that are posted there."""

    url: str
    fields: Mapping[str, str] = field(default_factory=dict)
    label: str = "Undo"


def say(request: HttpRequest, sentence: str, *, tone: Tone = "good", undo: Undo | None = None) -> None:
    """Show `sentence` with the next answer that this browser gets, be it a page or a fragment."""
    toast = render_to_string(
        "_toast.html",
        {"sentence": sentence, "tone": tone, "undo": undo, "fields": json.dumps(dict(undo.fields)) if undo else ""},
    )
    messages.add_message(request, _LEVELS[tone], toast)
