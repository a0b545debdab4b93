"""API usage of a code base: call sets, call orders, rules, and where rules are broken."""

from __future__ import annotations

from collections import defaultdict
from typing import Protocol

from apps.singularity.patterns.engine.facts import Call, FileFacts
from apps.singularity.patterns.engine.mined import Mined
from apps.singularity.patterns.engine.usage.calls import User, user_of
from apps.singularity.patterns.engine.usage.language import mine_language


class KnowsLibraries(Protocol):
    """What is a library's and what is this code base's own."""

    def knows(self, qualified: str, language: str) -> bool:
        """Whether a name is a library's or the language's own."""


class UsageMiner:
    """Mines what functions call, language by language; only names of libraries take part.

    ``score`` is Dunning's G, the log-likelihood ratio of what was counted against chance: of a
    set's calls occurring independently of each other, of an order's coming in any order as well,
    of a rule's consequent being as frequent as elsewhere. It is high for what is both frequent
    and specific.
    """

    def __init__(self, libraries: KnowsLibraries) -> None:
        self._libraries = libraries
        self._users: dict[str, list[User]] = defaultdict(list)
        self._known: dict[tuple[str, str], bool] = {}

    def add(self, path: str, facts: FileFacts) -> None:
        """Take in one file."""
        users = self._users[facts.language]
        for function in facts.functions:
            calls = tuple(c for c in function.calls if self._knows(c, facts.language))
            users.append(user_of(path, function, calls))

    def mine(self) -> Mined:
        """All patterns, the best first, and findings by place."""
        mined = [mine_language(language, users) for language, users in self._users.items()]
        patterns = [pattern for part in mined for pattern in part.patterns]
        findings = [finding for part in mined for finding in part.findings]
        return Mined(
            tuple(sorted(patterns, key=lambda p: (-p.score, p.signature))),
            tuple(sorted(findings, key=lambda f: (f.place, f.symbol, f.message))),
        )

    def _knows(self, call: Call, language: str) -> bool:
        key = (call.name, language)
        if key not in self._known:
            self._known[key] = self._libraries.knows(*key)
        return self._known[key]
