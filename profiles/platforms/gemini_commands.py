"""Gemini CLI's commands: a TOML file with a prompt, in which braces say what is filled in.

As docs/cli/custom-commands.md of google-gemini/gemini-cli has it, and as the reader in the npm package
@google/gemini-cli 0.61.0 takes a prompt apart (cli/src/services/prompt-processors): an injection ends where its braces
balance, files are read in first, and an empty `!{}` runs nothing and leaves nothing.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from profiles.platforms.markdown_file import MarkdownFile, description_of
from profiles.platforms.placeholders import Kind, Placeholder, filled_in
from profiles.platforms.prose import in_prose, shortened
from profiles.platforms.toml_text import toml_fields
from profiles.platforms.translated import render_text
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, RenderWarning, Unsupported, Warnings
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
    "background": "Gemini CLI runs commands in the foreground.",
    "context": "Gemini CLI runs commands in the conversation, not in one of their own.",
    "disallowed-tools": "Gemini CLI takes no tools away for a command; the agent may use them.",
    "effort": "Gemini CLI sets no effort for a command.",
    "hooks": "Gemini CLI has no hooks of a command.",
    "model": "Gemini CLI runs commands with the model of the conversation.",
    "shell": "Gemini CLI runs what is in a command with its own shell.",
    "user-invocable": "Gemini CLI lists every command, and only the user can call it.",
    "when_to_use": "Gemini CLI lets only the user call a command.",
}


def render_command(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The text as a prompt, with what Claude Code fills in written as Gemini CLI fills it in. Raises PathError."""
    name = _NOT_IN_NAMES.sub("_", file_name(content.name))

    def write(file: MarkdownFile, warnings: Warnings) -> str:
        if (shown := _shown(name)) != content.name:
            warnings.note("name", f"Gemini CLI calls the command /{shown}.")
        if file.text("argument-hint"):
            warnings.note("argument-hint", "Gemini CLI shows no hint; what is typed is used all the same.")
        warnings.add(*file.dropped(_DROPPED))
        prompt = _Prompt(file.argument_names(), file.takes_arguments(), warnings)
        fields = {"description": description_of(file, name), "prompt": prompt.written(file.body.strip("\n"))}
        return toml_fields(fields)

    return render_text(content, layout, f"{name}.toml", write)


def _shown(name: str) -> str:
    """What Gemini CLI calls the command that is written as `name`."""
    shown = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."
    return f"workspace.{shown}" if _OWN_COMMANDS.fullmatch(shown) else shown


@dataclass(slots=True)
class _Prompt:
    """A prompt in the making; what differs is added to `warnings`."""

    names: Collection[str]
    takes_arguments: bool
    warnings: Warnings
    _acting: list[str] = field(default_factory=list)

    def written(self, text: str) -> str:
        """`text` as a prompt in which nothing acts but what Claude Code would fill in too."""
        filled = filled_in(text, self._marked, self.names, takes_arguments=self.takes_arguments)
        parts = _MARK.split(filled)
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
            self.warnings.note("text", message)
        return written

    def _action(self, placeholder: Placeholder) -> str:
        """What Gemini CLI fills in like this placeholder; '' for nothing."""
        match placeholder.kind:
            case Kind.ARGUMENTS:
                self.warnings.note(placeholder.written, f"Gemini CLI writes it as {_ARGUMENTS}.")
                return _ARGUMENTS
            case Kind.SHELL:
                return self._shell(placeholder)
            case Kind.FILE if not placeholder.inside.startswith(_OUTSIDE):
                self.warnings.note(placeholder.written, "Gemini CLI writes it as @{…}.")
                return f"@{{{placeholder.inside}}}"
            case _:
                return ""

    def _shell(self, placeholder: Placeholder) -> str:
        command = placeholder.inside
        # Files are read in before anything runs, and what the user types is put in wherever its mark stands.
        if not _is_balanced(command) or "@{" in command or _ARGUMENTS in command:
            return ""
        name = "```!" if "\n" in command else shortened(placeholder.written)
        self.warnings.note(name, "Gemini CLI writes it in !{…} and asks before it runs it.")
        unquoted = _QUOTED_ARGUMENTS.sub(_ARGUMENTS, command)

        def write(inner: Placeholder) -> str:
            match inner.kind:
                case Kind.ARGUMENTS:
                    self.warnings.loss(name, "Gemini CLI puts what the user types into a command as one quoted word.")
                    return _ARGUMENTS
                case Kind.FILE | Kind.SHELL:
                    return inner.written
                case _:
                    return self._in_words(inner)

        return f"!{{{filled_in(unquoted, write, self.names)}}}"

    def _in_words(self, placeholder: Placeholder) -> str:
        said, names = Warnings(), (placeholder.inside,)
        words = in_prose(placeholder.written, said, label=_LABEL, after="the command", names=names)
        self.warnings.add(*(_why_not(placeholder, warning) for warning in said))
        return words


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
        case Kind.FOLDER if not warning.is_loss:
            message = (
                "Gemini CLI runs commands in the project's folder; paths are written as they are counted from there."
            )
            return replace(warning, message=message)
        case _:
            return warning


def _is_balanced(command: str) -> bool:
    depth = 0
    for character in command:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0
