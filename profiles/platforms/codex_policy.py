"""agents/openai.yaml of a skill, in which Codex looks whether it may use the skill when nobody asked for it.

As documented: https://developers.openai.com/codex/skills. The reader in @openai/codex 0.169.0 takes YAML 1.2 in UTF-8;
of a file with a byte order mark, a field twice or `no` in the place of `false` it heeds nothing.
"""

import re
from dataclasses import replace

from profiles.frontmatter import read_strictly
from profiles.rendering import ContentFile

EXPLICIT_ONLY = ContentFile("agents/openai.yaml", b"policy:\n  allow_implicit_invocation: false\n")
_POLICY = {"allow_implicit_invocation": False}
_FALSE = re.compile(r"\ballow_implicit_invocation[\"']?[ \t]*:[ \t]*(?:false|False|FALSE)\b")


def explicit_only(file: ContentFile) -> ContentFile | None:
    """`file` with the policy in it that keeps Codex from using the skill by itself: added, where it has no policy.

    None where it has another policy, or is written so that none can be added.
    """
    try:
        text = file.data.decode()
    except UnicodeDecodeError:
        return None
    fields = read_strictly(text)
    if fields is None or text.startswith("\N{BYTE ORDER MARK}"):
        return None
    if "policy" not in fields:
        line_end = "" if text.endswith("\n") else "\n"
        text = f"{text}{line_end}{EXPLICIT_ONLY.data.decode()}"
        is_added = read_strictly(text) == {**fields, "policy": _POLICY}
        return replace(file, data=text.encode(), sha256="") if is_added else None
    policy = fields["policy"]
    is_there = isinstance(policy, dict) and policy.get("allow_implicit_invocation") is False
    return file if is_there and _FALSE.search(text) else None
