"""API usage of a code base: call sets, call orders, rules, and where rules are broken."""

from __future__ import annotations

from collections import defaultdict
from typing import Protocol

from apps.singularity.patterns.engine.facts import FileFacts, Function
from apps.singularity.patterns.engine.mined import Mined
from apps.singularity.patterns.engine.usage.calls import user_of
from apps.singularity.patterns.engine.usage.language import mine_language
from apps.singularity.patterns.engine.usage.own_names import OwnNames


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
        self._functions: dict[str, list[tuple[str, Function]]] = defaultdict(list)
        self._own: dict[str, OwnNames] = defaultdict(OwnNames)

    def add(self, path: str, facts: FileFacts) -> None:
        """Take in one file."""
        self._own[facts.language].add(facts)
        for function in facts.functions:
            self._functions[facts.language].append((path, function))

    def mine(self) -> Mined:
        """All patterns, the best first, and findings by place."""
        mined = [self._mine(language) for language in self._functions]
        patterns = [pattern for part in mined for pattern in part.patterns]
        findings = [finding for part in mined for finding in part.findings]
        return Mined(
            tuple(sorted(patterns, key=lambda p: (-p.score, p.signature))),
            tuple(sorted(findings, key=lambda f: (f.place, f.symbol, f.message))),
        )

    def _mine(self, language: str) -> Mined:
        knows, own = self._libraries.knows, self._own[language]
        functions = self._functions[language]
        names = {call.name for _, function in functions for call in function.calls}
        known = {name for name in names if knows(name, language) and not own.tell(name)}
        users = [
            user_of(path, function, calls)
            for path, function in functions
            if (calls := [call for call in function.calls if call.name in known])
        ]
        files = len({path for path, _ in functions})
        return mine_language(language, users, functions=len(functions), files=files)
