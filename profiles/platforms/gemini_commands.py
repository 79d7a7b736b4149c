"""Gemini CLI's commands: a TOML file with a prompt, in which braces say what is filled in.

As docs/cli/custom-commands.md of google-gemini/gemini-cli has it, and as the reader in the npm package
@google/gemini-cli 0.61.0 takes a prompt apart (cli/src/services/prompt-processors): an injection ends where its braces
balance, files are read in first, and an empty `!{}` runs nothing and leaves nothing.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from profiles.platforms.markdown_file import MarkdownFile, description_of, read_markdown
from profiles.platforms.placeholders import Kind, Placeholder, filled_in
from profiles.platforms.plain import path_in_folder, written_file
from profiles.platforms.prose import in_prose
from profiles.platforms.toml_text import toml_fields
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, RenderWarning, Unsupported
from projects.paths import file_name

_LABEL = "Gemini CLI"
_ARGUMENTS = "{{args}}"
_NOTHING = "!{}"
# Between these characters lies what would make them act, or would have them read as part of what acts.
_ACTS = re.compile(r"(?<=[!@])(?=\{)|(?<=\{)(?=\{args\}\})")
# One word already, which Gemini CLI quotes itself.
_QUOTED_ARGUMENTS = re.compile(r"""(?<![^\s=])(["'])\$ARGUMENTS\1(?![^\s;|&)])""")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")
_LONGEST_NAME = 50
# Commands of its own; one of a project that is called like them it calls workspace.NAME.
_OWN_COMMANDS = re.compile(
    r"about|agents|auth|bug|bug-memory|chat|clear|commands|compress|copy|corgi|debug|directory|docs|editor"
    r"|export-session|extensions|footer|gemma|help|hooks|ide|init|mcp|memory|model|oncall|permissions|plan|policies"
    r"|privacy|profile|quit|restore|resume|rewind|settings|setup-github|shortcuts|skills|stats|tasks|terminal-setup"
    r"|theme|tools|upgrade|vim|voice"
)
_OUTSIDE = ("/", "~", "../")
# Control characters, which no text holds by now, around the number of what goes there.
_MARK = re.compile("\x00([0-9]+)\x00")
_DROPPED = {
    "agent": "Gemini CLI runs commands in the conversation; no agent is chosen.",
    "allowed-tools": "Gemini CLI grants no tools to a command; it asks before each that needs it.",
    "argument-hint": "Gemini CLI shows no hint for what may be typed after a command.",
    "background": "Gemini CLI runs commands in the foreground.",
    "context": "Gemini CLI runs commands in the conversation, not in one of their own.",
    "disallowed-tools": "Gemini CLI takes no tools away for a command; the agent may use them.",
    "effort": "Gemini CLI sets no effort for a command.",
    "hooks": "Gemini CLI has no hooks of a command.",
    "model": "Gemini CLI runs commands with the model of the conversation.",
    "shell": "Gemini CLI runs what is in a command with its own shell.",
    "when_to_use": "Gemini CLI lets only the user call a command.",
}


def render_command(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The text as a prompt, with what Claude Code fills in written as Gemini CLI fills it in. Raises PathError."""
    name = _NOT_IN_NAMES.sub("_", file_name(content.name))
    path = path_in_folder(content, layout, f"{name}.toml")
    if isinstance(path, Unsupported):
        return path
    file = read_markdown(content)
    if isinstance(file, Unsupported):
        return file
    if not file.body.strip():
        return Unsupported("The command has no text.")
    prompt = _Prompt(_names(file))
    fields = {"description": description_of(file, name), "prompt": prompt.written(file.body.strip("\n"))}
    warnings = (*file.warnings, *_name_warnings(content.name, name), *file.dropped(_DROPPED), *_hidden(file))
    return Rendering((written_file(path, toml_fields(fields)),), (*warnings, *prompt.warnings))


def _names(file: MarkdownFile) -> frozenset[str]:
    """The names of the arguments, which are a list or one text."""
    return frozenset(word for item in file.items("arguments") for word in item.split())


def _name_warnings(given: str, name: str) -> list[RenderWarning]:
    shown = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."
    shown = f"workspace.{shown}" if _OWN_COMMANDS.fullmatch(shown) else shown
    return [] if shown == given else [RenderWarning("name", f"Gemini CLI calls the command /{shown}.", is_loss=False)]


def _hidden(file: MarkdownFile) -> list[RenderWarning]:
    if file.text("user-invocable").lower() not in ("false", "no", "off"):
        return []
    return [RenderWarning("user-invocable", "Gemini CLI lists every command, and only the user can call it.")]


@dataclass(slots=True)
class _Prompt:
    """A prompt in the making, and what was said on the way."""

    names: Collection[str]
    warnings: dict[RenderWarning, None] = field(default_factory=dict)
    _acting: list[str] = field(default_factory=list)

    def written(self, text: str) -> str:
        """`text` as a prompt in which nothing acts but what Claude Code would fill in too."""
        parts = _MARK.split(filled_in(text, self._marked, self.names))
        written = ""
        for index, part in enumerate(parts):
            piece = self._acting[int(part)] if index % 2 else self._quiet(part)
            # What stands before it must not become part of what acts.
            written += _NOTHING + piece if written[-1:] in ("!", "@") and piece[:1] == "{" else piece
        return written

    def _marked(self, placeholder: Placeholder) -> str:
        """A mark for what acts; for everything else the words that are written in its place."""
        acting = self._action(placeholder)
        if not acting:
            return self._in_words(placeholder)
        self._acting.append(acting)
        return f"\x00{len(self._acting) - 1}\x00"

    def _quiet(self, text: str) -> str:
        written = _ACTS.sub(_NOTHING, text)
        if written != text:
            message = f"Gemini CLI would act on !{{, @{{ or {_ARGUMENTS} there; an empty {_NOTHING} keeps it from that."
            self._warn("text", message, is_loss=False)
        return written

    def _action(self, placeholder: Placeholder) -> str:
        """What Gemini CLI fills in like this placeholder; '' for nothing."""
        match placeholder.kind:
            case Kind.ARGUMENTS:
                self._warn(placeholder.written, f"Gemini CLI writes it as {_ARGUMENTS}.", is_loss=False)
                return _ARGUMENTS
            case Kind.SHELL:
                return self._shell(placeholder)
            case Kind.FILE if not placeholder.inside.startswith(_OUTSIDE):
                self._warn(placeholder.written, "Gemini CLI writes it as @{…}.", is_loss=False)
                return f"@{{{placeholder.inside}}}"
            case _:
                return ""

    def _shell(self, placeholder: Placeholder) -> str:
        command = placeholder.inside
        # Files are read in before anything runs, and what the user types is put in wherever its mark stands.
        if not _is_balanced(command) or "@{" in command or _ARGUMENTS in command:
            return ""
        name = "```!" if "\n" in command else _shortened(placeholder.written)
        self._warn(name, "Gemini CLI writes it in !{…} and asks before it runs it.", is_loss=False)
        unquoted = _QUOTED_ARGUMENTS.sub(_ARGUMENTS, command)

        def write(inner: Placeholder) -> str:
            match inner.kind:
                case Kind.ARGUMENTS:
                    self._warn(name, "Gemini CLI puts what the user types into a command as one quoted word.")
                    return _ARGUMENTS
                case Kind.FILE | Kind.SHELL:
                    return inner.written
                case _:
                    return self._in_words(inner)

        return f"!{{{filled_in(unquoted, write, self.names)}}}"

    def _in_words(self, placeholder: Placeholder) -> str:
        words, warnings = in_prose(placeholder.written, label=_LABEL, after="the command", names=(placeholder.inside,))
        for warning in warnings:
            self.warnings[_why_not(placeholder, warning)] = None
        return words

    def _warn(self, place: str, message: str, *, is_loss: bool = True) -> None:
        self.warnings[RenderWarning(place, message, is_loss)] = None


def _why_not(placeholder: Placeholder, warning: RenderWarning) -> RenderWarning:
    """What is said of something that Gemini CLI fills in elsewhere, but not here."""
    match placeholder.kind:
        case Kind.SHELL:
            message = "Gemini CLI could not tell where this command ends; the agent is told to run it."
            return RenderWarning(warning.field, message)
        case Kind.FILE:
            return RenderWarning(
                warning.field, "Gemini CLI reads in files of the project only; the agent has to open it."
            )
        case Kind.FOLDER:
            message = (
                "Gemini CLI runs commands in the project's folder; paths are written as they are counted from there."
            )
            return RenderWarning(warning.field, message, is_loss=placeholder.inside != "PROJECT_DIR")
        case _:
            return warning


def _is_balanced(command: str) -> bool:
    depth = 0
    for character in command:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0


def _shortened(written: str) -> str:
    return written if len(written) <= 60 else f"{written[:60]}…"
