"""MCP servers for Codex: tables below `mcp_servers` in its config.toml.

Keys as documented (https://developers.openai.com/codex/mcp) and as the reader in @openai/codex 0.169.0 takes them: one
value of a wrong type and Codex does not start at all, so only what it is sure to take is written. It fills in no
variables; what it is to take from its environment, it wants to be told by name.
"""

import re
import unicodedata

from profiles.entries import EntryError


def server_name(name: str) -> str:
    """`name` in the characters that Codex takes in a server's name. Raises EntryError where nothing of it is left."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", letters).strip("-")
    if not plain:
        raise EntryError(f"The name {name[:40]!r} has no letter from a to z and no digit to make a server's name of.")
    return plain
