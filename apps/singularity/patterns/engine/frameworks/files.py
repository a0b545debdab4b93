"""Rules that a code base's files tell: by path, by text, by the container images they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from apps.singularity.patterns.engine.frameworks.model import (
    Evidence,
    EvidenceKind,
    FilePattern,
    Rule,
)
from apps.singularity.patterns.engine.frameworks.own import TextOf
from apps.singularity.patterns.engine.frameworks.places import is_aside

_IMAGE_FILES = (
    "docker-compose*.yml",
    "docker-compose*.yaml",
    "compose*.yml",
    "compose*.yaml",
    "Dockerfile",
    "Dockerfile.*",
    "*.dockerfile",
    "Containerfile",
    "k8s/**/*.yaml",
    "kubernetes/**/*.yaml",
    "deploy/**/*.yaml",
    "manifests/**/*.yaml",
)
_IMAGE = (
    r"^[ \t]*(?:-[ \t]+)?(?:image:|FROM(?:[ \t]+--\S+)*)[ \t]*[\"']?"
    r"(?:[\w.-]+(?::\d+)?/)*?(?:%s)(?=[:@\s\"']|$)"
)
_PROSE = (".md", ".rst", ".txt", ".adoc")
_Entry = tuple[str, FilePattern, re.Pattern[str]]
_GLOB = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
_TRANSLATED = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _leading(text: str) -> int:
    return len(text) - len(text.lstrip())


def _patterns(rule: Rule) -> Iterator[FilePattern]:
    yield from rule.files
    if rule.images:
        named = re.compile(_IMAGE % "|".join(map(re.escape, rule.images)), re.MULTILINE)
        yield from (FilePattern(glob, named) for glob in _IMAGE_FILES)


class FileIndex:
    """Patterns by the name that they need, the others behind one regular expression.

    So most paths meet no pattern. One without a slash is matched with names at any depth, one
    with a slash with the whole path from the root.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._by_name: dict[str, list[_Entry]] = {}
        self._other: list[_Entry] = []
        for rule in rules:
            for pattern in _patterns(rule):
                entry = (rule.key, pattern, _compiled(pattern.glob))
                name = pattern.glob.rpartition("/")[2]
                plain = "*" not in name and "?" not in name
                (self._by_name.setdefault(name, []) if plain else self._other).append(entry)
        globs = dict.fromkeys(regex.pattern for _, _, regex in self._other)
        self._any = re.compile("|".join(f"(?:{glob})" for glob in globs) or "(?!)")

    def evidence(self, paths: Iterable[str], text_of: TextOf) -> Iterator[tuple[str, Evidence]]:
        """Keys of rules with the evidence of files, in the order of paths."""
        for path in sorted(paths):
            found = [] if is_aside(path) else list(self._matching(path))
            text = text_of(path) if any(pattern.contains for _, pattern in found) else None
            for key, pattern in found:
                if pattern.contains is None:
                    yield key, Evidence(EvidenceKind.FILE, pattern.glob, path)
                elif text and (said := pattern.contains.search(text)):
                    line = text.count("\n", 0, said.start() + _leading(said[0])) + 1
                    detail = " ".join(said[0].split())[:80]
                    yield key, Evidence(EvidenceKind.CONTENT, detail, path, line)

    def _matching(self, path: str) -> Iterator[tuple[str, FilePattern]]:
        candidates = self._by_name.get(path.rpartition("/")[2], [])
        if self._any.match(path) and not path.lower().endswith(_PROSE):
            candidates = [*candidates, *self._other]
        for key, pattern, regex in candidates:
            if regex.match(path):
                yield key, pattern


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    body = "".join(_TRANSLATED.get(part, re.escape(part)) for part in _GLOB.findall(glob))
    return re.compile(rf"{'' if '/' in glob else '(?:[^/]+/)*'}{body}\Z")
