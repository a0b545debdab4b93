"""Rules from YAML: the project's own, then those of further folders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from apps.singularity.patterns.engine.frameworks.model import FilePattern, Rule
from apps.singularity.patterns.engine.frameworks.rulebook import RuleBook

RULES = Path(__file__).parent / "rules"
LANGUAGES = frozenset(
    {"python", "javascript", "go", "rust", "java", "ruby", "elixir", "php", "csharp", "c", "swift"}
)
_FIELDS = frozenset(
    {"key", "name", "category", "packages", "imports", "files", "images", "implies"}
)
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PURL = re.compile(r"pkg:[a-z]+/[^@?#\s]+")
_TELLS = ("packages", "imports", "files", "images")


class InvalidRule(ValueError):
    """A rule file that cannot be used; the message names file, rule and field."""


def load_rules(*folders: Path) -> RuleBook:
    """All rules; one of a later folder replaces its namesake of an earlier one.

    Raises `InvalidRule`.
    """
    rules: dict[str, Rule] = {}
    for folder in (RULES, *folders):
        if not folder.is_dir():
            raise InvalidRule(f"{folder}: no such folder of rules")
        here: dict[str, Rule] = {}
        for file in sorted(folder.glob("*.yaml")):
            for rule in _rules_of(file):
                if rule.key in here:
                    raise InvalidRule(f"{file.name}: rule {rule.key}: key: used twice")
                here[rule.key] = rule
        rules |= here
    for rule in rules.values():
        for key in rule.implies:
            if key not in rules:
                raise InvalidRule(f"rule {rule.key}: implies: there is no rule {key!r}")
    return RuleBook(list(rules.values()))


def _rules_of(file: Path) -> Iterable[Rule]:
    try:
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidRule(f"{file.name}: no YAML: {error}") from error
    if not isinstance(data, dict) or set(data) != {"category", "rules"}:
        raise InvalidRule(f"{file.name}: must have the fields category and rules, nothing else")
    if not isinstance(data["rules"], list):
        raise InvalidRule(f"{file.name}: rules: must be a list")
    for number, entry in enumerate(data["rules"], 1):
        if not isinstance(entry, dict):
            raise InvalidRule(f"{file.name}: rule {number}: must be a mapping")
        yield _Entry(file.name, number, {"category": data["category"]} | entry).rule()


class _Entry:
    """One rule as written; reads its fields one by one."""

    def __init__(self, file: str, number: int, data: Mapping[str, Any]) -> None:
        self.data = data
        self.where = f"{file}: rule {data.get('key', number)}"

    def rule(self) -> Rule:
        unknown = sorted(map(str, set(self.data) - _FIELDS))
        if unknown:
            raise self.wrong(unknown[0], f"unknown; there are {', '.join(sorted(_FIELDS))}")
        if not any(self.data.get(field) for field in _TELLS):
            raise self.wrong("packages", f"one of {', '.join(_TELLS)} is needed")
        key = self.text("key")
        if not _KEY.fullmatch(key):
            raise self.wrong("key", "must be lower-case words joined by hyphens")
        return Rule(
            key=key,
            name=self.text("name"),
            category=self.text("category"),
            packages=self.packages(),
            imports=self.imports(),
            files=tuple(self.file(entry) for entry in self.items("files")),
            images=self.texts("images"),
            implies=self.texts("implies"),
        )

    def wrong(self, field: str, problem: str) -> InvalidRule:
        return InvalidRule(f"{self.where}: {field}: {problem}")

    def text(self, field: str) -> str:
        value = self.data.get(field)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(field, "must be a text")
        return value

    def items(self, field: str) -> list[Any]:
        value = self.data.get(field, [])
        if not isinstance(value, list):
            raise self.wrong(field, "must be a list")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        values = self.items(field)
        if not all(isinstance(value, str) and value for value in values):
            raise self.wrong(field, "must be a list of texts")
        return tuple(values)

    def packages(self) -> tuple[str, ...]:
        values = self.texts("packages")
        for value in values:
            if not _PURL.fullmatch(value):
                raise self.wrong("packages", f"{value!r} is no package URL without version")
        return values

    def imports(self) -> dict[str, tuple[str, ...]]:
        table = self.data.get("imports", {})
        if not isinstance(table, dict):
            raise self.wrong("imports", "must map languages to lists")
        found = {}
        for language, values in table.items():
            if language not in LANGUAGES:
                names = ", ".join(sorted(LANGUAGES))
                raise self.wrong("imports", f"no language {language!r}; there are {names}")
            if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
                raise self.wrong("imports", f"{language} must be a list of texts")
            found[language] = tuple(values)
        return found

    def file(self, entry: object) -> FilePattern:
        if isinstance(entry, str):
            return FilePattern(entry)
        if not isinstance(entry, dict) or not entry.keys() <= {"glob", "contains"}:
            raise self.wrong("files", "must be globs, or mappings of glob and contains")
        if not isinstance(entry.get("glob"), str) or not isinstance(entry.get("contains"), str):
            raise self.wrong("files", "glob and contains must be texts")
        try:
            return FilePattern(entry["glob"], re.compile(entry["contains"], re.MULTILINE))
        except re.error as error:
            raise self.wrong("files", f"contains is no regular expression: {error}") from error
