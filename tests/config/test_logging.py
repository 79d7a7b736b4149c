import json
import logging
import sys

import pytest

from config.logging import JsonFormatter, TextFormatter


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    return logging.getLogger("deployments").makeRecord(
        "deployments", logging.WARNING, "file.py", 1, message, args, None, extra=extra
    )


def failed(message: str, cause: str = "the cause") -> logging.LogRecord:
    try:
        raise ValueError(cause)
    except ValueError:
        return logging.getLogger("deployments").makeRecord(
            "deployments", logging.ERROR, "file.py", 1, message, (), sys.exc_info(), extra={"set_id": "7"}
        )


def test_a_text_line_ends_with_the_extra_fields() -> None:
    line = TextFormatter().format(record("Deployed %d artifacts.", 3, set_id="7", resolved_count=3))
    assert line.endswith("WARNING deployments: Deployed 3 artifacts. set_id=7 resolved_count=3")


def test_a_text_line_without_extra_fields_ends_with_the_message() -> None:
    assert TextFormatter().format(record("Nothing to do.")).endswith("WARNING deployments: Nothing to do.")


def test_a_name_with_a_line_break_stays_on_its_line() -> None:
    line = TextFormatter().format(record("Skipped %s", "a\nERROR root: forged", trail="b\u2028c\x1b[31m"))
    assert len(line.splitlines()) == 1
    assert r"a\nERROR root: forged" in line
    assert "\x1b" not in line


@pytest.mark.parametrize("character", ["\x1b", "\x9b", "\x07", "\u202e", "\u2066", "\u200b"])
def test_no_part_of_a_text_line_acts_on_a_terminal_or_hides(character: str) -> None:
    line = TextFormatter().format(record(f"Skipped a{character}b, %s", f"c{character}d", trail=f"e{character}f"))
    assert character not in line
    assert line.count(repr(character)[1:-1]) == 3


def test_a_traceback_acts_on_no_terminal_either() -> None:
    lines = TextFormatter().format(failed("It broke.", "no \x9b31m here")).splitlines()
    assert lines[-1] == r"ValueError: no \x9b31m here"


def test_a_traceback_follows_the_fields() -> None:
    lines = TextFormatter().format(failed("It broke.")).splitlines()
    assert lines[0].endswith("It broke. set_id=7")
    assert lines[-1] == "ValueError: the cause"


def test_a_json_line_carries_the_same_fields() -> None:
    line = JsonFormatter().format(record("Deployed %d\nartifacts.", 3, set_id="7", counts={"success": 3}))
    assert "\n" not in line
    entry = json.loads(line)
    assert entry.pop("time").endswith("+00:00")
    assert entry == {
        "level": "WARNING",
        "logger": "deployments",
        "message": "Deployed 3\nartifacts.",
        "set_id": "7",
        "counts": {"success": 3},
    }


def test_an_extra_field_cannot_pass_for_the_level_of_a_json_line() -> None:
    assert json.loads(JsonFormatter().format(record("Fine.", level="DEBUG")))["level"] == "WARNING"


def test_a_json_line_carries_the_traceback() -> None:
    assert json.loads(JsonFormatter().format(failed("It broke.")))["exception"].endswith("ValueError: the cause")
