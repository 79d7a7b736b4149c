"""Frontmatter as every YAML reader takes it. Nothing here knows a platform."""

from collections.abc import Mapping

import yaml


def quoted_frontmatter(fields: Mapping[str, object]) -> str:
    """`fields` as YAML between two `---` lines, the last of them with its line end.

    Every text is in double quotes and on one line: a reader of any YAML version takes it for that text, never for
    a number, a date or a yes, and nothing in it ends the block.
    """
    block = yaml.dump(
        dict(fields), Dumper=_Quoting, allow_unicode=True, sort_keys=False, default_flow_style=False, width=float("inf")
    )
    return f"---\n{block}---\n"


class _Quoting(yaml.SafeDumper):
    """Quotes every text but the names of fields, and writes what occurs twice twice."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style='"')

    def represent_fields(self, fields: Mapping[str, object]) -> yaml.MappingNode:
        pairs = [
            (self.represent_scalar("tag:yaml.org,2002:str", str(name)), self.represent_data(value))
            for name, value in fields.items()
        ]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=not pairs)


_Quoting.add_representer(str, _Quoting.represent_text)
_Quoting.add_representer(dict, _Quoting.represent_fields)
