"""What a bundle that leaves says in words: counts and names of the contract alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_WORDS = frozenset(
    {"model_type", "architectures", "feed_forward_proj", "dense_act_fn", "hidden_act", "dtype",
     "torch_dtype", "position_embedding_type"}
)  # fmt: skip
"""Entries of a configuration whose text is the library's own word."""


def card(*, version: str, kind: str, family: str, said: Mapping[str, Any]) -> str:
    """A model card in Markdown; ``said`` are further facts, each a number or a name that left."""
    lines = [f"# {version}", "", f"- kind: {kind}", f"- family: {family}"]
    lines += [f"- {name}: {_plain(value)}" for name, value in said.items() if value not in ("", {})]
    return "\n".join([*lines, ""])


def config_copy(source: Path, target: Path) -> None:
    """Copy a configuration without what could name this machine.

    Numbers and switches stay, at any depth, and the library's own words; of all other text
    (``_name_or_path`` is a folder here) nothing does.

    Raises:
        ValueError: it is no JSON object.
    """
    said = json.loads(source.read_text(encoding="utf-8"))
    if not isinstance(said, dict):
        raise ValueError(f"{source.name} is no configuration.")  # noqa: TRY004  of its text
    text = json.dumps(_kept(said), indent=2, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")


def _kept(said: dict[str, Any]) -> dict[str, Any]:
    kept = {}
    for name, value in said.items():
        if isinstance(value, dict):
            kept[name] = _kept(value)
        elif name in _WORDS or not _has_text(value):
            kept[name] = value
    return kept


def _has_text(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_has_text, value))
    return isinstance(value, str | dict)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {number:.6g}" for name, number in sorted(value.items()))
    return f"{value:,}" if isinstance(value, int) else str(value)
