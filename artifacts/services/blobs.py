"""Bytes in the database, each once, under the hash of themselves.

A blob stays while something refers to it, and is deleted some time after. So whoever writes a reference does it in the
transaction in which the blob was stored; to a blob that is there already, in one that holds `hold_blobs`.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import batched

from django.db import connection, transaction
from django.db.models import Count, Sum

from artifacts.models import Blob

# Bounded so that one statement stays well below both databases' parameter limits.
_BATCH = 500
# PostgreSQL names an advisory lock by a number of one's own choosing, the same in the whole database.
_LOCK = int.from_bytes(b"blobs")


def store_blobs(contents: Mapping[str, bytes]) -> None:
    """Keep each of `contents` (SHA-256 in hexadecimal → bytes); what is there already is left alone.

    Needs the open transaction that also writes what refers to these blobs, and raises TransactionManagementError
    without one: up to its end none of them is deleted, be it new or there before (`hold_blobs`). Safe when others
    store the same bytes meanwhile. Two queries for every 500 blobs at the most.
    """
    hold_blobs()
    # In one order, so that two who store the same blobs cannot wait for each other.
    for hashes in batched(sorted(contents), _BATCH):
        known = set(Blob.objects.filter(sha256__in=hashes).values_list("sha256", flat=True))
        Blob.objects.bulk_create(
            (Blob(sha256=key, size=len(contents[key]), data=contents[key]) for key in hashes if key not in known),
            ignore_conflicts=True,
        )


def load_blobs(hashes: Collection[str]) -> dict[str, bytes]:
    """The bytes of each of `hashes` that is kept. One query for every 500."""
    return dict(_rows(hashes))


def measure_blobs(hashes: Collection[str]) -> tuple[int, int]:
    """How many of `hashes` are kept, and how many bytes they have together. One query for every 500."""
    blobs = size = 0
    for batch in batched(hashes, _BATCH):
        totals = Blob.objects.filter(sha256__in=batch).aggregate(blobs=Count("pk"), size=Sum("size", default=0))
        blobs, size = blobs + totals["blobs"], size + totals["size"]
    return blobs, size


def hold_blobs() -> None:
    """Let no blob be deleted until the transaction ends: for whoever is about to refer to one, or to move a reference.

    Waits while somebody deletes. Raises TransactionManagementError outside a transaction.
    """
    _lock("pg_advisory_xact_lock_shared")


def lock_blobs() -> None:
    """Hold the right to delete blobs until the transaction ends: nobody comes to refer to one meanwhile.

    Waits for all that hold blobs. Raises TransactionManagementError outside a transaction.
    """
    _lock("pg_advisory_xact_lock")


def delete_blobs(hashes: Collection[str]) -> None:
    """Delete the blobs of `hashes`, to which the caller knows under `lock_blobs` that nothing refers.

    Raises ProtectedError when a row refers to one after all. A dozen statements for every 500.
    """
    for batch in batched(hashes, _BATCH):
        # Django reads the rows it deletes; their bytes it need not.
        Blob.objects.only("sha256").filter(sha256__in=batch).delete()


def _rows(hashes: Collection[str]) -> Iterator[tuple[str, bytes]]:
    for batch in batched(sorted(set(hashes)), _BATCH):
        for key, data in Blob.objects.filter(sha256__in=batch).values_list("sha256", "data"):
            yield key, bytes(data)


def _lock(function: str) -> None:
    """Take the lock on all blobs. On SQLite it is held already: the transaction began with the write lock."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Blobs are held, stored and deleted within a transaction only.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_LOCK])
