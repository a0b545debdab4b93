"""What is logged with and tested with, told from qualified names."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath

from apps.singularity.patterns.engine.conventions.tally import Tally
from apps.singularity.patterns.engine.facts import NameFacts

_LEVELS = r"(?:trace|debug|info|notice|warn|warning|error|exception|critical|fatal|log)"
_LOGGING: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "python": (
        ("print", re.compile(r"print|pprint\.pprint")),
        ("logging", re.compile(rf"logging(?:\.getLogger\(\))?\.{_LEVELS}")),
        ("structlog", re.compile(rf"structlog\.\w+\(\)\.{_LEVELS}")),
        ("loguru", re.compile(rf"loguru\.logger\.{_LEVELS}")),
    ),
    "javascript": (
        ("console", re.compile(r"console\.\w+")),
        ("winston", re.compile(r"winston\..*")),
        ("pino", re.compile(r"pino(?:\(\)\.\w+)")),
        ("debug", re.compile(r"debug\(\)")),
    ),
    "go": (
        ("fmt", re.compile(r"fmt\.(?:Print|Fprint)\w*")),
        ("log", re.compile(r"log\.(?:Print|Fatal|Panic)\w*")),
        ("log/slog", re.compile(r"log/slog\.(?:Debug|Info|Warn|Error|Log)\w*")),
        ("logrus", re.compile(r"github\.com/sirupsen/logrus\..*")),
        ("zap", re.compile(r"go\.uber\.org/zap\..*")),
    ),
    "rust": (
        ("println!", re.compile(r"e?print(?:ln)?")),
        ("log", re.compile(r"log::(?:trace|debug|info|warn|error)")),
        ("tracing", re.compile(r"tracing::(?:trace|debug|info|warn|error)")),
    ),
    "java": (
        ("System.out", re.compile(r"java\.lang\.System\.(?:out|err)\.print\w*")),
        ("slf4j", re.compile(rf"org\.slf4j\..*\.{_LEVELS}")),
        ("java.util.logging", re.compile(r"java\.util\.logging\..*\.\w+")),
        ("log4j", re.compile(rf"org\.apache\.log(?:ging\.log)?4j\..*\.{_LEVELS}")),
    ),
}
_LOGGING["typescript"] = _LOGGING["tsx"] = _LOGGING["javascript"]
_TEST_NAMES = (
    ("test_*", re.compile(r"test_.+")),
    ("*_test", re.compile(r".+_test")),
    ("*.test", re.compile(r".+\.test")),
    ("*.spec", re.compile(r".+\.spec")),
    ("*_spec", re.compile(r".+_spec")),
    ("*Test", re.compile(r".+Tests?")),
)
_TEST_FOLDERS = frozenset({"test", "tests", "__tests__", "spec", "specs"})


def measure_logging(tally: Tally, *, language: str, names: NameFacts) -> None:
    """Count the calls that write messages, outside tests."""
    for function in names.functions if language in _LOGGING else ():
        for call in () if function.is_test else function.calls:
            if (choice := _logger(language, call.name)) is not None:
                tally.at_line("logging", choice, call.line)


@lru_cache(maxsize=65_536)
def _logger(language: str, name: str) -> str | None:
    """What a call writes its message with, None when it writes none."""
    matching = (choice for choice, pattern in _LOGGING[language] if pattern.fullmatch(name))
    return next(matching, None)


def measure_test_files(tally: Tally, *, path: str, names: NameFacts) -> None:
    """Count how files with tests are called, and where they stand."""
    if not any(function.is_test for function in names.functions):
        return
    place = PurePosixPath(path)
    stem = place.name.removesuffix(place.suffix)
    for choice, pattern in _TEST_NAMES:
        if pattern.fullmatch(stem):
            tally.at_line("test files", choice, 1)
            break
    apart = not _TEST_FOLDERS.isdisjoint(place.parts)
    tally.at_line("test folders", "in a folder of tests" if apart else "beside the code", 1)
