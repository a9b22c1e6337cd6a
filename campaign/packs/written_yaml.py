"""YAML as a person would write it: keys in order, long texts as blocks, short lists inline."""

from __future__ import annotations

from typing import Any

import yaml

_INLINE = 80


class _Writer(yaml.SafeDumper):
    """Indents the items of a list under its key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _write_text(writer: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _write_list(writer: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    short = all(isinstance(item, (str, int)) and "\n" not in str(item) for item in items)
    inline = short and sum(len(str(item)) + 2 for item in items) <= _INLINE
    return writer.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=inline)


_Writer.add_representer(str, _write_text)
_Writer.add_representer(list, _write_list)


def write_yaml(data: Any) -> str:
    """The text of a YAML document."""
    return yaml.dump(
        data,
        Dumper=_Writer,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=100,
    )
