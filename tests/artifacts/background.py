"""Waiting for imports that go on after their request is answered."""

import threading

from artifacts.models import CollectionImport


def finished(row: CollectionImport) -> CollectionImport:
    """The import when its thread is done."""
    for thread in threading.enumerate():
        if thread.name == f"import {row.pk}":
            thread.join(30)
    row.refresh_from_db()
    return row
