"""Rules for ast-grep as files of it have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand as blocks, and what stands twice is written twice."""

    def ignore_aliases(self, _data: Any) -> bool:
        """ast-grep reads no anchors."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    )


_Dumper.add_representer(str, _text)


def rule_yaml(rule: Mapping[str, Any] | None, *, signature: str, language: str) -> str:
    """A rule file for ``ast-grep scan --rule``; empty where a pattern has no rule."""
    if not rule:
        return ""
    parts = {name: part for name, part in rule.items() if part}
    text: str = yaml.dump(
        {"id": signature, "language": language, **parts},
        Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100,
    )  # fmt: skip
    return text
