"""Rules with the tables that find them, made once and used for any number of code bases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apps.singularity.patterns.engine.frameworks.files import FileIndex
from apps.singularity.patterns.engine.frameworks.model import Rule
from apps.singularity.patterns.engine.frameworks.modules import ModuleIndex
from apps.singularity.patterns.engine.frameworks.packages import PackageIndex


class RuleBook:
    """Iterates over its rules by key."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.by_key = {rule.key: rule for rule in sorted(rules, key=lambda rule: rule.key)}
        self.packages = PackageIndex(self)
        self.modules = ModuleIndex(self)
        self.files = FileIndex(self)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.by_key.values())

    def __len__(self) -> int:
        return len(self.by_key)
