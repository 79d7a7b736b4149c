"""Diffs are right, say what their text does not, and stay small and fast on anything."""

import hashlib
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from artifacts.manifests import SYMLINK_MODE, Manifest, ManifestFile, ManifestFolder
from deployments.installer.diffs import (
    MAX_BYTES,
    MAX_LINES,
    MAX_SHOWN_LINES,
    Allowance,
    DiffKind,
    FileDiff,
    diff_bytes,
    diff_states,
)

SKILL = ".claude/skills/tidy"


@dataclass
class Store:
    """Bytes by hash, as a database keeps them, and how often it was asked."""

    kept: dict[str, bytes] = field(default_factory=dict)
    asked: int = 0

    def state(self, files: Mapping[str, bytes | str], mode: int = 0o644) -> Manifest:
        """A state with these files; a key's `*` makes it executable, `@` a symlink."""
        return Manifest(tuple(sorted(self._file(path, data, mode) for path, data in files.items())))

    def content(self, sha256: str) -> bytes | None:
        self.asked += 1
        return self.kept.get(sha256)

    def _file(self, path: str, data: bytes | str, mode: int) -> ManifestFile:
        data = data.encode() if isinstance(data, str) else data
        digest = hashlib.sha256(data).hexdigest()
        self.kept[digest] = data
        mode = {"*": 0o755, "@": SYMLINK_MODE}.get(path[-1:], mode)
        return ManifestFile(path.rstrip("*@"), digest, mode)


@pytest.fixture
def store() -> Store:
    return Store()


def changed(before: bytes | str | None, after: bytes | str | None, allowance: Allowance | None = None) -> FileDiff:
    before, after = (each.encode() if isinstance(each, str) else each for each in (before, after))
    diff = diff_bytes("notes.md", before, after, allowance)
    assert diff is not None
    return diff


def patched(before: bytes, text: str) -> bytes:
    """`before` with a unified diff applied, strictly: every count, context and removed line has to fit."""
    old = re.findall(rb"[^\n]*\n|[^\n]+", before)
    lines = re.findall(r"[^\n]*\n", text)
    assert "".join(lines) == text
    assert lines[0].startswith("--- ")
    assert lines[1].startswith("+++ ")
    new: list[bytes] = []
    done = at = 0
    rest = lines[2:]
    while at < len(rest):
        header = re.fullmatch(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n", rest[at])
        assert header, rest[at]
        old_start, old_count, new_start, new_count = (1 if part is None else int(part) for part in header.groups())
        start = old_start - bool(old_count)
        assert start >= done
        new += old[done:start]
        assert new_start - bool(new_count) == len(new)
        done, new_end, at = start, len(new) + new_count, at + 1
        while at < len(rest) and not rest[at].startswith("@@"):
            line = rest[at]
            at += 1
            if at < len(rest) and rest[at].startswith("\\"):
                assert rest[at] == "\\ No newline at end of file\n"
                line, at = line[:-1], at + 1
            if line[0] in " -":
                assert old[done] == line[1:].encode()
                done += 1
            if line[0] in " +":
                new.append(line[1:].encode())
        assert done == start + old_count
        assert len(new) == new_end
    return b"".join(new + old[done:])


LINES = st.sampled_from(
    ["", "a", "b", "c", "}", "-- a", "@@ -1 +1 @@", "\\", "ä\u202e", "\x0b\x0c", "x\u2028y\x85", "\ufeff"]
)
ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r"])
TEXTS = st.builds(
    lambda lines, last: "".join(chain.from_iterable(lines)) + last, st.lists(st.tuples(LINES, ENDS), max_size=40), LINES
)


@given(before=TEXTS, after=TEXTS, work=st.sampled_from([0, 20, 10_000]))
@example(before="a\n" * 300, after="b\n" + "a\n" * 299 + "c", work=10_000)
def test_a_diff_applied_to_the_bytes_before_gives_the_bytes_after(before: str, after: str, work: int) -> None:
    diff = diff_bytes("notes.md", before.encode(), after.encode(), Allowance(work=work))
    if before == after:
        assert diff is None
    else:
        assert diff is not None
        assert patched(before.encode(), diff.text) == after.encode()


@pytest.mark.parametrize("program", ["git", "patch"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("one\ntwo\n", "one\n2\n"),
        ("one\r\ntwo\r\n", "one\ntwo\r\n"),
        ("one\ntwo", "one\ntwo\n"),
        ("one\ntwo\n", "one\ntwo"),
        ("", "one\n"),
        ("one\n", ""),
        (None, "one\ntwo"),
        ("one\ntwo", None),
        ("\ufeffone\u2028\x0c\n", "one\u2028\x0b\n"),
        ("\n".join(map(str, range(40))), "\n".join(["new", *map(str, range(20)), *map(str, range(22, 39))])),
    ],
)
@pytest.mark.parametrize("path", ["notes.md", ".claude/my notes.md", 'odd "\\ä\t.md'])
def test_the_usual_programs_apply_it(
    tmp_path: Path, program: str, before: str | None, after: str | None, path: str
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    if before is not None:
        file.write_bytes(before.encode())
    old, new = (None if each is None else each.encode() for each in (before, after))
    diff = diff_bytes(path, old, new)
    assert diff is not None
    command = {
        "git": ["git", "-C", str(tmp_path), "apply", "--whitespace=nowarn", "-p1", "-"],
        "patch": ["patch", "--binary", "-s", "-d", str(tmp_path), "-p1"],
    }
    environment = {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent), "PATH": "/usr/bin:/bin:/usr/local/bin"}
    subprocess.run(command[program], input=diff.text.encode(), check=True, env=environment)
    # `patch` takes a file that became empty for one that was removed only when told so by the header.
    assert (file.read_bytes() if file.exists() else None) == new


def test_a_changed_line_is_shown_between_the_lines_around_it() -> None:
    before = "".join(f"{number}\n" for number in range(1, 10))
    assert changed(before, before.replace("5", "five")) == FileDiff(
        "notes.md",
        DiffKind.CHANGED,
        "--- a/notes.md\n+++ b/notes.md\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
    )


def test_a_new_file_and_one_that_is_gone_are_shown_whole() -> None:
    assert changed(None, "a\nb\n") == FileDiff(
        "notes.md", DiffKind.ADDED, "--- /dev/null\n+++ b/notes.md\n@@ -0,0 +1,2 @@\n+a\n+b\n"
    )
    assert changed("a\n", None) == FileDiff(
        "notes.md", DiffKind.REMOVED, "--- a/notes.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    )


def test_what_is_equal_has_no_diff(store: Store) -> None:
    state = store.state({"SKILL.md": "a", "run.sh*": "b"})
    assert diff_states(SKILL, state, state, store.content) == ()
    assert diff_states(SKILL, None, None, store.content) == ()
    assert diff_bytes("notes.md", b"", b"") is None
    assert diff_bytes("notes.md", None, None) is None


def test_files_come_in_path_order_and_a_renamed_one_is_removed_and_added(store: Store) -> None:
    before = store.state({"SKILL.md": "a\n", "old.md": "same\n", "kept.md": "kept"})
    after = store.state({"SKILL.md": "b\n", "new.md": "same\n", "kept.md": "kept"})
    diffs = diff_states(SKILL, before, after, store.content)
    assert [(diff.path, diff.kind) for diff in diffs] == [
        (f"{SKILL}/SKILL.md", DiffKind.CHANGED),
        (f"{SKILL}/new.md", DiffKind.ADDED),
        (f"{SKILL}/old.md", DiffKind.REMOVED),
    ]
    assert diffs[0].text == f"--- a/{SKILL}/SKILL.md\n+++ b/{SKILL}/SKILL.md\n@@ -1 +1 @@\n-a\n+b\n"


def test_a_single_file_goes_by_its_own_path(store: Store) -> None:
    (diff,) = diff_states(".claude/commands/go.md", store.state({"": "a"}), store.state({"": "b"}), store.content)
    assert diff.path == ".claude/commands/go.md"


def test_a_state_of_nothing_makes_every_file_new_or_gone(store: Store) -> None:
    state = store.state({"SKILL.md": "a", "sub/b.md": "b"})
    assert [diff.kind for diff in diff_states(SKILL, None, state, store.content)] == [DiffKind.ADDED] * 2
    assert [diff.kind for diff in diff_states(SKILL, state, None, store.content)] == [DiffKind.REMOVED] * 2


def test_a_file_and_a_folder_that_replace_each_other_are_removed_and_added(store: Store) -> None:
    file, folder = store.state({"": "a"}), store.state({"SKILL.md": "a", "b.md": "b"})
    there = [(diff.path, diff.kind) for diff in diff_states("x", file, folder, store.content)]
    back = [(diff.path, diff.kind) for diff in diff_states("x", folder, file, store.content)]
    assert there == [("x", DiffKind.REMOVED), ("x/SKILL.md", DiffKind.ADDED), ("x/b.md", DiffKind.ADDED)]
    assert back == [("x", DiffKind.ADDED), ("x/SKILL.md", DiffKind.REMOVED), ("x/b.md", DiffKind.REMOVED)]
    assert [
        diff.kind for diff in diff_states("x", file, Manifest((), (ManifestFolder("", 0o755),)), store.content)
    ] == [DiffKind.REMOVED]


def test_junk_folders_and_modes_beside_the_executable_bit_are_no_difference(store: Store) -> None:
    before = store.state({"SKILL.md": "a"})
    kept = store.state({"SKILL.md": "a", "__pycache__/x.pyc": b"\0", ".DS_Store": b"\0"}, mode=0o600)
    after = Manifest(kept.files, (ManifestFolder("", 0o700), ManifestFolder("empty", 0o755)))
    assert diff_states(SKILL, before, after, store.content) == ()


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        ({"run": "a\n"}, {"run*": "a\n"}, "Now executable."),
        ({"run*": "a\n"}, {"run": "a\n"}, "No longer executable."),
        ({"run@": "there"}, {"run@": "elsewhere"}, "Was a symlink to there. Now a symlink to elsewhere."),
        ({}, {"run@": b"\xff"}, "Now a symlink to \\xff."),
        ({"run@": "there"}, {}, "Was a symlink to there."),
    ],
)
def test_what_has_no_text_is_a_note(
    store: Store, before: dict[str, str | bytes], after: dict[str, str | bytes], note: str
) -> None:
    (diff,) = diff_states(SKILL, store.state(before), store.state(after), store.content)
    assert (diff.text, diff.note) == ("", note)


def test_what_else_changed_is_said_beside_the_text(store: Store) -> None:
    (diff,) = diff_states(SKILL, store.state({"run": "a\n"}), store.state({"run*": "b\n"}), store.content)
    assert diff.text.endswith("@@ -1 +1 @@\n-a\n+b\n")
    assert diff.note == "Now executable."
    (diff,) = diff_states(SKILL, None, store.state({"run*": "b\n"}), store.content)
    assert (diff.kind, diff.note) == (DiffKind.ADDED, "Executable.")
    (diff,) = diff_states(SKILL, store.state({"run*": "b\n"}), None, store.content)
    assert (diff.kind, diff.note) == (DiffKind.REMOVED, "")


def test_a_file_beside_a_symlink_is_shown_as_if_alone(store: Store) -> None:
    link, file = store.state({"run@": "b\n"}), store.state({"run": "b\n"})
    (became_file,) = diff_states(SKILL, link, file, store.content)
    assert became_file == FileDiff(
        f"{SKILL}/run",
        DiffKind.CHANGED,
        f"--- /dev/null\n+++ b/{SKILL}/run\n@@ -0,0 +1 @@\n+b\n",
        "Was a symlink to b\n.",
    )
    (became_link,) = diff_states(SKILL, file, link, store.content)
    assert became_link.text == f"--- a/{SKILL}/run\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n"
    assert became_link.note == "Now a symlink to b\n."


def test_bytes_that_are_no_longer_kept_are_said_to_be_so(store: Store) -> None:
    before, after = store.state({"a": "old", "b@": "gone"}), store.state({"a": "new", "b@": "there"})
    store.kept = {digest: data for digest, data in store.kept.items() if data in (b"new", b"there")}
    file, link = diff_states(SKILL, before, after, store.content)
    assert (file.text, file.note) == ("", "Cannot be shown: the bytes before are no longer kept.")
    assert (link.text, link.note) == ("", "Was a symlink. Now a symlink to there.")
    store.kept = {}
    (file, _) = diff_states(SKILL, before, after, store.content)
    assert file.note == "Cannot be shown: the bytes before and after are no longer kept."


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        (b"\0" * 3120, b"\0" * 3420, "Binary file, 3,120 → 3,420 bytes."),
        (None, b"a\0", "Binary file, 2 bytes."),
        (b"\xff", None, "Binary file, 1 byte."),
        (b"caf\xe9\n", b"caf\xc3\xa9\n", "Binary file, 5 → 6 bytes."),
        ("text".encode("utf-16"), b"text", "Binary file, 10 → 4 bytes."),
        (None, b"", "Empty file."),
        (b"", None, "Empty file."),
        (b"x" * (MAX_BYTES + 1), b"x", f"Too large to show: {MAX_BYTES + 1:,} → 1 byte."),
        (b"\n", b"\n" * (MAX_LINES + 1), f"Too large to show: 1 → {MAX_LINES + 1:,} lines."),
    ],
)
def test_what_cannot_be_shown_says_why(before: bytes | None, after: bytes | None, note: str) -> None:
    diff = changed(before, after)
    assert (diff.text, diff.note) == ("", note)


@pytest.mark.parametrize(
    ("before", "after", "removed_and_added", "note"),
    [
        ("a\r\nb\r\n", "a\nb\n", "-a\r\n-b\r\n+a\n+b\n", "Line ends: CRLF → LF."),
        ("a\rb\r", "a\nb\n", "-a\rb\r\n\\ No newline at end of file\n+a\n+b\n", "Line ends: CR → LF."),
        ("a\nb\n", "a\r\nb\n", "-a\n+a\r\n b\n", "Line ends: LF → LF and CRLF."),
        ("a\r\nb\n", "a\nb\r\n", "-a\r\n-b\n+a\n+b\r\n", "Only line ends differ."),
        ("a\r\n", "b", "-a\r\n+b\n\\ No newline at end of file\n", ""),
        ("a\nb\n", "a\nb", " a\n-b\n+b\n\\ No newline at end of file\n", ""),
        ("a", "b", "-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n", ""),
        ("\ufeffa\n", "a\n", "-\ufeffa\n+a\n", "Byte order mark removed."),
        ("a\n", "\ufeffa\n", "-a\n+\ufeffa\n", "Byte order mark added."),
    ],
)
def test_what_is_hard_to_see_is_in_the_text_and_said(
    before: str, after: str, removed_and_added: str, note: str
) -> None:
    diff = changed(before, after)
    assert diff.text.split(" @@\n", 1)[1] == removed_and_added
    assert diff.note == note


def test_control_characters_stay_in_the_text_but_cannot_forge_a_header() -> None:
    assert changed("a\n", "\x1b[2J\u202eb\n").text.endswith("+\x1b[2J\u202eb\n")
    diff = diff_bytes('a\n+++ "b"', None, b"a\n")
    assert diff is not None
    assert diff.text.split("\n")[1] == '+++ "b/a\\012+++ \\042b\\042"'


def test_a_long_diff_is_cut_and_says_after_how_many_lines() -> None:
    lines = [f"{number}\n" for number in range(3 * MAX_SHOWN_LINES)]
    diff = changed(None, "".join(lines))
    headers, shown = 2, ["@@ -0,0 +1,3000 @@\n", *(f"+{line}" for line in lines)][:MAX_SHOWN_LINES]
    assert diff.text.count("\n") == headers + MAX_SHOWN_LINES
    assert diff.text.endswith("".join(shown))
    assert diff.note == f"Cut after {MAX_SHOWN_LINES:,} of {len(lines) + 1:,} lines."


def test_of_too_many_files_the_rest_is_counted_and_not_read(store: Store) -> None:
    state = store.state({f"{number}.md": f"{number}\n" for number in range(9)})
    diffs = diff_states(SKILL, None, state, store.content, Allowance(files=3))
    assert [diff.path for diff in diffs] == [*(f"{SKILL}/{number}.md" for number in range(3)), SKILL]
    assert diffs[-1] == FileDiff(SKILL, DiffKind.ADDED, "", "6 more files differ.")
    assert store.asked == 3
    assert diff_states(SKILL, None, state, store.content, Allowance(files=8))[-1].note == "1 more file differs."
    assert len(diff_states(SKILL, None, state, store.content, Allowance(files=9))) == 9


@pytest.mark.parametrize("allowance", [Allowance(lines=4), Allowance(bytes=4)])
def test_of_too_long_diffs_the_rest_is_named_and_not_read(store: Store, allowance: Allowance) -> None:
    state = store.state({f"{number}.md": f"{number}\n" for number in range(9)} | {"9*": "run"})
    diffs = diff_states(SKILL, None, state, store.content, allowance)
    not_shown = "Not shown: the diffs before it have used up what is shown at once."
    assert [diff.note for diff in diffs] == ["", "", *[not_shown] * 7, f"Executable. {not_shown}"]
    assert [bool(diff.text) for diff in diffs] == [True] * 2 + [False] * 8
    assert store.asked == 2


def test_one_allowance_bounds_several_calls_together(store: Store) -> None:
    allowance = Allowance(files=3, lines=5)
    state = store.state({"a": "a\nb\n", "b": "b"})
    assert all(diff.text for diff in diff_states("first", None, state, store.content, allowance))
    second = diff_states("second", None, state, store.content, allowance)
    assert [(diff.path, diff.text) for diff in second] == [("second/a", ""), ("second", "")]
    assert changed("a", "b", allowance).note.startswith("Not shown:")


def adversarial_texts() -> dict[str, tuple[list[str], list[str]]]:
    """Pairs of texts on which an unbounded search takes the square or the cube of their lines."""
    unique = [f"line {number}\n" for number in range(1_000)]
    chance = random.Random(0)
    few = [[f"{chance.randrange(110)}\n" for _ in unique] for _ in range(2)]
    return {
        "a line put between all lines": (unique, [each for line in unique for each in (line, f"after {line}")]),
        "every other line changed": (unique, [f"{n}\n" if n % 2 else line for n, line in enumerate(unique)]),
        "a few lines over and over": (few[0], few[1]),
    }


@pytest.mark.parametrize("name", adversarial_texts())
def test_the_search_does_no_more_than_allowed_however_the_lines_lie(name: str) -> None:
    before, after = ("".join(lines).encode() for lines in adversarial_texts()[name])
    diff, done = counted_search(before, after, Allowance(work=10_000))
    _, unbounded = counted_search(before, after, Allowance(work=10**9))
    # One step of work is a handful of lines of code.
    assert done < 10 * 10_000 < unbounded
    assert diff.text


def test_what_both_begin_and_end_with_needs_no_search() -> None:
    before, after = "a\n" * 1_000, "a\n" * 500 + "b\n" + "a\n" * 499
    diff = changed(before, after, Allowance(work=0))
    assert diff.text.split(" @@\n")[1] == " a\n a\n a\n-a\n+b\n a\n a\n a\n"


def test_a_search_is_charged_for_what_lies_between_only() -> None:
    same = "".join(f"{number}\n" for number in range(150))
    diff = changed(f"{same}-\nkept\n-\n{same}", f"{same}+\nkept\n+\n{same}", Allowance(work=10))
    assert "\n kept\n" in diff.text


def counted_search(before: bytes, after: bytes, allowance: Allowance) -> tuple[FileDiff, int]:
    """The diff, and how many lines of the search for lines in common were executed for it."""
    monitoring, tool = sys.monitoring, 4
    code, steps = SequenceMatcher.find_longest_match.__code__, 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1

    monitoring.use_tool_id(tool, "steps of the search")
    monitoring.register_callback(tool, monitoring.events.LINE, count)
    monitoring.set_local_events(tool, code, monitoring.events.LINE)
    try:
        diff = changed(before, after, allowance)
    finally:
        monitoring.set_local_events(tool, code, 0)
        monitoring.register_callback(tool, monitoring.events.LINE, None)
        monitoring.free_tool_id(tool)
    return diff, steps
