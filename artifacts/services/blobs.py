"""Bytes in the database, each once, under the hash of themselves."""

from collections.abc import Collection, Iterator, Mapping
from itertools import batched

from artifacts.models import Blob

# Bounded so that one statement stays well below both databases' parameter limits.
_BATCH = 500


def store_blobs(contents: Mapping[str, bytes]) -> None:
    """Keep each of `contents` (SHA-256 in hexadecimal → bytes); what is there already is left alone.

    Two queries for every 500 blobs at the most. Safe when others store the same bytes meanwhile.
    """
    for hashes in batched(contents, _BATCH):
        known = set(Blob.objects.filter(sha256__in=hashes).values_list("sha256", flat=True))
        Blob.objects.bulk_create(
            (Blob(sha256=key, size=len(contents[key]), data=contents[key]) for key in hashes if key not in known),
            ignore_conflicts=True,
        )


def load_blobs(hashes: Collection[str]) -> dict[str, bytes]:
    """The bytes of each of `hashes` that is kept. One query for every 500."""
    return dict(_rows(hashes))


def _rows(hashes: Collection[str]) -> Iterator[tuple[str, bytes]]:
    for batch in batched(sorted(set(hashes)), _BATCH):
        for key, data in Blob.objects.filter(sha256__in=batch).values_list("sha256", "data"):
            yield key, bytes(data)
