"""Bytes in the database, each once."""

from collections.abc import Callable
from hashlib import sha256

import pytest
from django.db import transaction

from artifacts.models import Blob
from artifacts.services.blobs import hold_blobs, store_blobs

HASH = sha256(b"loose").hexdigest()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("need", [lambda: store_blobs({HASH: b"loose"}), hold_blobs], ids=["stored", "held"])
def test_blobs_are_stored_and_held_only_where_a_reference_can_be_committed_with_them(need: Callable[[], None]) -> None:
    with pytest.raises(transaction.TransactionManagementError, match="within a transaction"):
        need()
    assert not Blob.objects.exists()
    with transaction.atomic():
        need()


@pytest.mark.django_db
def test_what_is_there_already_is_left_alone() -> None:
    store_blobs({HASH: b"loose"})
    store_blobs({HASH: b"loose", sha256(b"").hexdigest(): b""})
    assert sorted(bytes(blob.data) for blob in Blob.objects.all()) == [b"", b"loose"]
