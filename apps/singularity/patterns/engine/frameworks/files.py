"""Rules that a code base's files tell: by path, by text, by the container images they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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
READ_LIMIT = 2000
"""A tree may hold any number of YAML files; those that count lie near its root."""
_Match = tuple[str, FilePattern]
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
        self._by_shape: dict[re.Pattern[str], list[_Match]] = {}
        for rule in rules:
            for pattern in _patterns(rule):
                name, regex = pattern.glob.rpartition("/")[2], _compiled(pattern.glob)
                if "*" in name or "?" in name:
                    self._by_shape.setdefault(regex, []).append((rule.key, pattern))
                else:
                    self._by_name.setdefault(name, []).append((rule.key, pattern, regex))
        shapes = "|".join(f"(?:{regex.pattern})" for regex in self._by_shape)
        self._any = re.compile(shapes or "(?!)")

    def evidence(self, paths: Iterable[str], text_of: TextOf) -> Iterator[tuple[str, Evidence]]:
        """Keys of rules with the evidence of files, those nearest to the root first.

        At most `READ_LIMIT` texts are asked for files that are told by the shape of their names.
        """
        left = READ_LIMIT
        for path in sorted(paths, key=lambda path: (path.count("/"), path)):
            named, shaped = ([], []) if is_aside(path) else self._matching(path)
            if any(pattern.contains for _, pattern in shaped):
                left -= 1
                shaped = shaped if left >= 0 else [one for one in shaped if not one[1].contains]
            yield from _told(path, [*named, *shaped], text_of)

    def _matching(self, path: str) -> tuple[list[_Match], list[_Match]]:
        """The patterns that the path fits: by its name, and by the shape of its name."""
        entries = self._by_name.get(path.rpartition("/")[2], ())
        named = [(key, pattern) for key, pattern, regex in entries if regex.match(path)]
        if path.lower().endswith(_PROSE) or not self._any.match(path):
            return named, []
        fitting = (entries for regex, entries in self._by_shape.items() if regex.match(path))
        return named, [entry for entries in fitting for entry in entries]


def _told(path: str, found: Sequence[_Match], text_of: TextOf) -> Iterator[tuple[str, Evidence]]:
    text = text_of(path) if any(pattern.contains for _, pattern in found) else None
    for key, pattern in found:
        if pattern.contains is None:
            yield key, Evidence(EvidenceKind.FILE, pattern.glob, path)
        elif text and (said := pattern.contains.search(text)):
            line = text.count("\n", 0, said.start() + _leading(said[0])) + 1
            detail = " ".join(said[0].split())[:80]
            yield key, Evidence(EvidenceKind.CONTENT, detail, path, line)


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    body = "".join(_TRANSLATED.get(part, re.escape(part)) for part in _GLOB.findall(glob))
    return re.compile(rf"{'' if '/' in glob else '(?:[^/]+/)*'}{body}\Z")
