"""Families: which models may be averaged, and how versions are named."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

ALL = "all"
"""The scope of a model of every language."""
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Family:
    """What models must share so that their weights mean the same.

    Args:
        kind: "vocabulary", "t5" or "encoder".
        architecture: digest of names, shapes and dtypes of all tensors and of what the
            configuration says of the computation; "" for a vocabulary.
        tokenizer: digest of the tokenizer's files; "" for a vocabulary.
        base: digest of the weights that the line began with; ``scratch-<seed>`` for weights drawn
            from a seed; "" for a vocabulary.
        scope: languages, sorted and joined with ``+``; ``ALL`` for every one.
    """

    kind: str
    architecture: str
    tokenizer: str
    base: str
    scope: str

    @property
    def slug(self) -> str:
        """The readable part: ``t5-rust``."""
        return f"{self.kind}-{_SLUG.sub('-', self.scope.lower()).strip('-')[:40]}"

    @property
    def key(self) -> str:
        """The whole, as a Key of the contracts: ``t5-rust-3f2a91c0d4e5``."""
        said = f"{self.kind}\n{self.architecture}\n{self.tokenizer}\n{self.base}\n{self.scope}"
        return f"{self.slug}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def differences(one: Family, other: Family) -> list[str]:
    """In which parts two families differ, as words for people."""
    return [name for name in Family.__slots__ if getattr(one, name) != getattr(other, name)]


def version_name(*, owner: str, slug: str, major: int, minor: int) -> str:
    """``gpu-trainer-1_t5-rust_v1.2``."""
    return f"{owner}_{slug}_v{major}.{minor}"
