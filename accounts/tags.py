"""What a tag may be, whatever carries it."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

MAX_TAGS = 20
TAG_PATTERN = "[a-z0-9_-]{1,32}"

tag_validator = RegexValidator(
    rf"\A{TAG_PATTERN}\Z", "A tag has 1 to 32 characters out of a–z, 0–9, hyphen and underscore."
)


def sorted_tags(tags: Iterable[str] | None) -> list[str]:
    """As they are kept: each once, in order. None are none."""
    return sorted(set(tags or ()))


def problems_with_tags(tags: Sequence[str]) -> list[str]:
    """What stands against keeping these on one thing: empty when nothing does."""
    problems = []
    for tag in tags:
        try:
            tag_validator(tag)
        except ValidationError as error:
            problems.append(f"{tag[:40]!r}: {' '.join(error.messages)}")
    if len(tags) > MAX_TAGS:
        problems.append(f"These are {len(tags)} tags; there may be at most {MAX_TAGS} tags.")
    return problems
