"""Requirements files that a tool has filled in: like a lock file, they hold what anything needs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from apps.singularity.patterns.engine.frameworks.model import DeclaredFact
from apps.singularity.patterns.engine.frameworks.own import TextOf

_WRITTEN = re.compile(r"\A(?:\s*#[^\n]*\n)*?\s*#[^\n]*\b(?:pip-compile|uv pip compile|uv export)\b")
_FROZEN_SIZE = 25
_ORIGIN = re.compile(r"^\s*# via\b", re.MULTILINE)


def compiled_requirements(paths: Iterable[str], text_of: TextOf) -> frozenset[str]:
    """The paths of those: beside a source of the same name, or with the tool's comments."""
    known = frozenset(paths)
    texts = (path for path in known if path.endswith(".txt") and "require" in path.lower())
    return frozenset(path for path in texts if _is_compiled(path, known, text_of))


def _is_compiled(path: str, known: frozenset[str], text_of: TextOf) -> bool:
    if f"{path.removesuffix('.txt')}.in" in known:
        return True
    text = text_of(path) or ""
    return bool(_WRITTEN.match(text) or _ORIGIN.search(text))


def frozen_manifests(declared: Iterable[DeclaredFact]) -> frozenset[str]:
    """The paths of requirements files that pin every one of many packages, as pip freeze does."""
    requirements = defaultdict(list)
    for fact in declared:
        if fact.path.endswith(".txt") and not fact.locked:
            requirements[fact.path].append(fact.requirement)
    return frozenset(
        path
        for path, pins in requirements.items()
        if len(pins) >= _FROZEN_SIZE and all(pin.startswith("==") for pin in pins)
    )
