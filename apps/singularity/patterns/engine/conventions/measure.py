"""All conventions of one file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from apps.singularity.patterns.engine.conventions.calls import measure_logging, measure_test_files
from apps.singularity.patterns.engine.conventions.imports import measure_imports
from apps.singularity.patterns.engine.conventions.naming import measure_names
from apps.singularity.patterns.engine.conventions.other import (
    measure_go,
    measure_javascript,
    measure_rust,
)
from apps.singularity.patterns.engine.conventions.python import measure_python
from apps.singularity.patterns.engine.conventions.tally import Tally
from apps.singularity.patterns.engine.facts import Choice, NameFacts
from apps.singularity.patterns.engine.names.found import Survey

Measurer: TypeAlias = Callable[[Tally, Survey, bytes, NameFacts], None]
_OWN: dict[str, Measurer] = {
    "go": measure_go,
    "javascript": measure_javascript,
    "python": measure_python,
    "rust": measure_rust,
    "tsx": measure_javascript,
    "typescript": measure_javascript,
}


def measure(
    found: Survey, source: bytes, *, language: str, path: str, names: NameFacts
) -> dict[str, dict[str, Choice]]:
    """What is measured -> which choice -> how often a file takes it, and on which first lines."""
    tally = Tally(source)
    measure_names(tally, found, source, language=language, path=path, names=names)
    measure_imports(tally, source, language=language, names=names)
    measure_logging(tally, language=language, names=names)
    measure_test_files(tally, path=path, names=names)
    if (own := _OWN.get(language)) is not None and found.nodes:
        own(tally, found, source, names)
    return tally.result()
