"""Settings files as people and programs write them, and entries to bring into them."""

import json
from collections.abc import Iterator
from itertools import product

from deployments.installer.shared_files.merge import Entry
from profiles.entries import Element, Format, Member, Section, Value

POSTGRES: dict[str, Value] = {"command": "npx", "args": ["-y", "@example/postgres"], "env": {"DATABASE": "${DATABASE}"}}
GITHUB: dict[str, Value] = {"type": "http", "url": "https://example.org/mcp", "headers": {"X-Größe": "ä€😀"}}
BEFORE_BASH: dict[str, Value] = {
    "matcher": "Bash",
    "hooks": [{"type": "command", "command": "${CLAUDE_PROJECT_DIR}/.claude/hooks/check.sh", "timeout": 5}],
}
BEFORE_EDIT: dict[str, Value] = {
    "matcher": "Edit|Write",
    "hooks": [{"type": "command", "command": 'echo "hi" \\ there'}],
}
AT_THE_END: dict[str, Value] = {"hooks": [{"type": "command", "command": "date"}]}


def server(name: str, value: Value) -> Entry:
    return Entry(Member(("mcpServers", name)), value)


def hook(event: str, value: Value) -> Entry:
    return Entry(Element.of(("hooks", event), value), value)


JSON_ENTRIES = (
    server("postgres", POSTGRES),
    server("git.hub", GITHUB),
    hook("PreToolUse", BEFORE_BASH),
    hook("PreToolUse", BEFORE_EDIT),
    hook("Stop", AT_THE_END),
)
TOML_ENTRIES = (
    Entry(Member(("mcp_servers", "postgres")), POSTGRES),
    Entry(
        Member(("mcp_servers", "git hub")), {"url": "https://example.org/mcp", "http_headers": {"X": 'a"b\\c\n\x7f'}}
    ),
    Entry(Member(("mcp_servers", "bare")), {"command": "run", "tool_timeout_sec": 1.5, "enabled": True, "env": {}}),
)
MARKDOWN_ENTRIES = (
    Entry(Section("rule:style"), "# Style\n\nSmall steps.\n\n```python\nx = 1\n```\n"),
    Entry(Section("rule:open"), "An example that goes on\n\n~~~\nand on"),
    Entry(Section("rule:empty"), ""),
)

_BODIES: tuple[dict[str, Value], ...] = (
    {},
    {"permissions": {"allow": ["Bash(ls:*)", "Read(./**)"], "deny": []}, "model": "opus"},
    {"mcpServers": {}, "hooks": {"PreToolUse": []}},
    {"mcpServers": {"files": {"command": "files", "args": []}}, "$schema": "https://example.org/schema.json"},
    {"hooks": {"PreToolUse": [{"matcher": "Read", "hooks": [{"type": "command", "command": "log"}]}], "Stop": []}},
    {"hooks": {"PostToolUse": [AT_THE_END, AT_THE_END]}, "mcpServers": {"a": {"command": "a"}, "b": {"command": "b"}}},
)
_INDENTS: tuple[str | int | None, ...] = (None, 2, 4, "\t", 0)
_SEPARATORS = ((", ", ": "), (",", ":"))


def _generated() -> Iterator[bytes]:
    for body, indent, separators, newline, tail, bom in product(
        _BODIES, _INDENTS, _SEPARATORS, ("\n", "\r\n"), ("", "\n"), (b"", b"\xef\xbb\xbf")
    ):
        if indent is None and (newline == "\r\n" and not tail):
            continue
        text = json.dumps(body, indent=indent, separators=separators) + tail
        yield bom + text.replace("\n", newline).encode()


WRITTEN_STRICT: tuple[bytes | None, ...] = (
    None,
    b"",
    b" \r\n\t",
    b"\xef\xbb\xbf",
    b"\n\n\n",
    b"{}",
    b"{ }\n",
    b"{\n}",
    b"{\r\n\r\n}\r\n\r\n",
    b"   {   }   ",
    b'{"a":1}',
    b'{ "a" : [ 1 , 2 ] , "b" : null }',
    b'{"mcpServers":{},"hooks":{}}',
    b'{"mcpServers":{"u":{}},"hooks":{"PreToolUse":[{}],"Stop":[]}}\n',
    b'{\n  "a": 1}',
    b'{"a": 1\n}',
    b'{"a": 1,\n "b": 2,\n "c": {"d": [\n 1, 2,\n 3]}}',
    b'{\n\n    "model"   :   "opus"   ,\n\n\n    "env"\t:\t{\n    }\n\n}\n\n\n',
    b'{\n"a": 1,\n"mcpServers": {\n"u": {\n"command": "x"\n}\n}\n}\n',
    b'{\r"a": 1,\r\t"b": 2\r}',
    (
        '{\n  "gr\\u00f6\\u00dfe": "\\ud83d\\ude00 \\ud800 \\/ \\"{[,]}\\"",\n'
        '  "größe": "😀 // no comment /* here */"\n}\n'
    ).encode(),
    b'{\n  "big": 123456789012345678901234567890, "float": -1.50e+400, "zero": -0.0,\n  "deep": [[[[{"x": [{}]}]]]]\n}',
    (
        b'{\n  "hooks": {\n    "PreToolUse": [{\n      "matcher": "Bash",\n'
        b'      "hooks": [{ "type": "command", "command": "x" }]\n    }]\n'
        b"  }\n}\n"
    ),
    b'{"hooks": {"PreToolUse": [{"matcher": "A"}, {"matcher": "B"}]}, "mcpServers": {"a": {"command": "a"}}}\n',
    (
        b'{\n  "a": 1, "b": 2,\n  "c": 3, "mcpServers": {"one": {"command": "x"},\n'
        b'                                "two": {"command": "y"}}\n}\n'
    ),
    b'{\n  "twice": 1,\n  "twice": 2,\n  "": {"": ""}\n}\n',
    b'{\n  "mcpServers": {\n    "u": {"command": "x"}  \n  }  ,  \n  "hooks": {"Stop": [ ]}\n}\n',
    b'{\n\t\t"mcpServers" : {\n\t\t\t\t"u" : { "command" : "x" }\n\t\t}\n}',
)

WRITTEN_WITH_COMMENTS: tuple[bytes | None, ...] = (
    b"// nothing but this",
    b"/* nothing but\n   this */\n",
    b"// first\n{} // last",
    b"{\n  // nothing yet\n}\n",
    b"{ // nothing\n}\n",
    b"{ /* nothing */ }",
    b'{\n  "a": 1, // about a\n}\n',
    b'{\n  "a": 1 // about a\n}\n',
    b'{\n  "a": 1\n  // "b": 2\n}\n',
    (
        b'{ // about all of it\n  // about a\n  "a": 1, /* and\n more */ "b": 2 // about b\n'
        b"  /* the end */\n}\n// really\n"
    ),
    b'{ "a": 1 /* about a */ }',
    b'{"a": 1,}',
    b'{"a": [1, 2, ], "mcpServers": {"u": {"command": "x",},},}',
    b'{\r\n\t"mcpServers": { // servers\r\n\t\t"u": {}, // mine\r\n\t\t// "v": {},\r\n\t}, // end\r\n}\r\n',
    (
        b'{\n  "hooks": {\n    "PreToolUse": [\n      // first\n      {"matcher": "A"}, // a\n'
        b'      {"matcher": "B"} // b\n    ], "Stop": [ // none\n    ]\n'
        b"  },\n}\n"
    ),
    b'{\n  "a": "// no comment", "b": "/* nor", "c": "this */", //*/ a comment\n  "d": "\\"/*" /**/, /***/\n}\n',
    b'{\n    "mcpServers": {\n        "u": {} /* u */\n        , "v": {} // v\n    }\n    , "w": 1\n}\n',
    b'{\n  "hooks": {"PreToolUse": [1, 2, // two\n  ]},\n  "mcpServers": {"u": {}, // u\n  }\n}\n',
)

WRITTEN_TOML: tuple[bytes | None, ...] = (
    None,
    b"",
    b"\n",
    b"\r\n \t\r\n",
    b"\xef\xbb\xbfmodel = 'o'\n",
    b"# only a comment",
    b'model = "o"',
    b'model = "o"\n',
    b'model = "o"\n\n\n',
    b'model = "o"\r\n\r\n[mcp_servers.u]\r\ncommand = "x" # mine\r\n',
    b"[mcp_servers]\n",
    (
        b"[mcp_servers.u]\ncommand = 'x'\n\n  [mcp_servers.u.env]\n  A = '''\n"
        b"[mcp_servers.postgres]\n'''\n\n# about profiles\n[profiles.p]\n"
    ),
    b"[mcp_servers.'u.v'.env]\nx = 1\n[[hooks]]\na = [\n  1, # one ]\n  2,\n]\n[other]\nb = { c = \"}\" }",
    (
        b'notes = """\n# no comment ""\\"\n[mcp_servers.bare]\n"""\n[projects."/home/x"]\n'
        b'trust_level = "trusted"\nsince = 2020-01-02T03:04:05Z\nn = nan'
    ),
)

WRITTEN_MARKDOWN: tuple[bytes | None, ...] = (
    None,
    b"",
    b"\n\n",
    b"\xef\xbb\xbf# Title\r\n\r\nText\r\n",
    b"# Title",
    b"# Title\n",
    b"# Title\n\n",
    b"Text\n\n```\n<!-- deployment-sets: begin rule:style -->\n```\n\n~~~ md\n```\n~~~\nEnd",
    b"<!-- deployment-sets: begin rule:other -->\n``` never closed\n<!-- deployment-sets: end rule:other -->\n",
    "# Größe\n\n  <!-- deployment-sets: begin rule:style -->\nindented: text\n\f\u2028\x85".encode(),
    b"<!-- deployment-sets: end rule:style -->\n",
)

FILES: tuple[tuple[Format, bytes | None, tuple[Entry, ...]], ...] = (
    *((Format.JSON, data, JSON_ENTRIES) for data in (*WRITTEN_STRICT, *_generated())),
    *((Format.JSON_WITH_COMMENTS, data, JSON_ENTRIES) for data in (*WRITTEN_STRICT, *WRITTEN_WITH_COMMENTS)),
    *((Format.TOML, data, TOML_ENTRIES) for data in WRITTEN_TOML),
    *((Format.MARKDOWN, data, MARKDOWN_ENTRIES) for data in WRITTEN_MARKDOWN),
)
