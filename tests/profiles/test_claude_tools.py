"""Which tools of Claude Code a matcher means."""

import pytest

from profiles.platforms.claude_tools import bare_name, is_everything, names_in, words_in


@pytest.mark.parametrize(
    ("matcher", "names"),
    [
        ("Bash", ["Bash"]),
        ("Edit|Write|Edit", ["Edit", "Write"]),
        ("Edit, Read", ["Edit", "Read"]),
        ("mcp__memory__search|Own Tool", ["mcp__memory__search", "Own Tool"]),
        ("^(Edit|Write)$", ["Edit", "Write"]),
        ("^Notebook", ["NotebookEdit"]),
        ("mcp__memory__.*", ["mcp__memory__.*"]),
        ("^Bash$|mcp__.*", ["Bash", "mcp__.*"]),
        ("^Notebook|^NotebookRead", ["NotebookRead", "NotebookEdit"]),
        ("mcp__a__(b|c)_.*", ["mcp__a__b_.*", "mcp__a__c_.*"]),
        ("^(?:Bash|Web.+)$|^own$", ["Bash", "own", "WebFetch", "WebSearch"]),
        ("(", []),
        (".(*Edit)", []),
        ("(Web.)*", []),
        ("[BW]ash", []),
        ("(?:Nothing){2}", []),
    ],
)
def test_a_matcher_means_the_names_it_lists_or_is_found_in(matcher: str, names: list[str]) -> None:
    assert names_in(matcher) == names


@pytest.mark.parametrize("matcher", ["", "*", ".*", " .* ", ".+"])
def test_some_matchers_limit_nothing(matcher: str) -> None:
    assert is_everything(matcher)


@pytest.mark.parametrize("matcher", ["(\\w*)" * 13 + "!", "a.*" * 300 + "!", "(.*)*" * 99, "a" * 400 + "(b|c|d" * 99])
def test_an_expression_of_a_stranger_is_never_tried(matcher: str) -> None:
    assert names_in(matcher) == words_in(matcher) == []
    assert not is_everything(matcher)


def test_what_limits_a_tool_is_no_part_of_its_name() -> None:
    assert bare_name("Bash(git *)") == "Bash"
    assert bare_name("Read") == "Read"
