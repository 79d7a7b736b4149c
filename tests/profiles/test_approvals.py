"""What a platform asks its user about before it uses it."""

import pytest

from profiles.enums import ArtifactType, Platform
from profiles.platforms import module_for

ASKED = {
    Platform.CLAUDE_CODE: {ArtifactType.MCP},
    Platform.CODEX: {ArtifactType.AGENT, ArtifactType.HOOK, ArtifactType.MCP},
    Platform.GEMINI: set(ArtifactType),
    Platform.CURSOR: {ArtifactType.HOOK, ArtifactType.MCP},
    Platform.OTHER: set(),
}


@pytest.mark.parametrize("platform", list(Platform))
def test_a_platform_says_what_it_asks_about(platform: Platform) -> None:
    assert set(module_for(platform).approvals) == ASKED[platform]
