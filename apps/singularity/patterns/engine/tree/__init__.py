"""The anonymised syntax tree of a file: one encoding for all grammars."""

from apps.singularity.patterns.engine.tree.encode import encode
from apps.singularity.patterns.engine.tree.labels import Label, Sort, parse_label

__all__ = ["Label", "Sort", "encode", "parse_label"]
