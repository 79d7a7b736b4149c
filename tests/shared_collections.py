"""Real collections that may lie beside the checkout, and the marks of tests that read them."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "collections"

MAPPINGS = {"wshobson-commands": ["tools/*.md=command", "workflows/*.md=command"]}
"""What an import has to be told about some of them."""

needs_shared_collections = [
    pytest.mark.shared_collections,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/collections is not beside this checkout."),
]
