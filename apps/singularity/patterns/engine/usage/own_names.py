"""Names of this code base that stand behind a library's call, and must not leave with it.

What a library returns may be this code base's own: ``copy.copy(order).charge_customer()`` reads
``copy.copy().charge_customer``.
"""

from __future__ import annotations

import re

from apps.singularity.patterns.engine.facts import FileFacts

_MEMBERS = re.compile(r"([^.()\[\]]*)\(\)((?:\.\w+)+)")
_COMPOUND = re.compile(r"[^_]_[^_]|[a-z][A-Z]")


class OwnNames:
    """What the functions and types of one language are called in this code base."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def add(self, facts: FileFacts) -> None:
        """Take in the definitions of one file."""
        for function in facts.functions:
            self._names.add(function.symbol.rpartition(".")[2])

    def tell(self, qualified: str) -> bool:
        """Whether a call may name a method of this code base.

        A constructor's value has its library's methods, and a plain word like ``close`` names
        nothing in particular; what is left are names of several words that are defined here.
        """
        if qualified.startswith("super()"):
            return True
        return any(
            name in self._names and _COMPOUND.search(name) and not maker[:1].isupper()
            for maker, members in _MEMBERS.findall(qualified)
            for name in members.split(".")
        )
