"""What a manifest declares, and the notes that its parser takes."""

import re
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement

from apps.shared.packages.names import purl_of

_TEST = re.compile(r"\b(?:test|tests|testing)\b")
_DOCS = re.compile(r"\b(?:doc|docs|documentation)\b")
_DEV = re.compile(r"\b(?:dev|develop|development|lint|ci|typing|types|qa|bench)\b")

_CREDENTIALS = re.compile(r"://(?:[^\s/@:]*:[^\s/@]+|[^\s/@]{20,})@")
_MAX_SEARCHED = 262_144


@dataclass(frozen=True, slots=True)
class Declared:
    """One dependency. `purl` has a version only where a lock file fixes it (`locked`).

    `requirement` is the constraint in the ecosystem's own language, "" for any version;
    `scope` is runtime, dev, test, docs, build, optional, peer, indirect or workspace;
    `line` is 1-based, None where the format does not tell it.
    """

    purl: str
    requirement: str
    scope: str
    locked: bool
    line: int | None


@dataclass(frozen=True, slots=True)
class ParsedManifest:
    """All that could be read, and the first thing that could not."""

    dependencies: tuple[Declared, ...]
    problem: str | None


@dataclass(slots=True)
class Notes:
    """Collects what one parser finds; a bad entry is noted and the rest goes on."""

    found: list[Declared] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def declare(
        self,
        package: tuple[str, str],
        requirement: object = "",
        *,
        scope: str = "runtime",
        version: str | None = None,
        line: int | None = None,
    ) -> None:
        """Add a (purl type, name); with a `version` it is locked."""
        kind, name = package
        try:
            purl = purl_of(kind, name, version or "")
        except ValueError as error:
            self.problems.append(f"{name!r} is no {kind} package: {error}")
            return
        locked = version is not None
        self.found.append(
            Declared(purl, without_credentials(as_text(requirement)), scope, locked, line)
        )

    def declare_pep508(self, text: object, *, scope: str, line: int | None = None) -> None:
        """Add a Python requirement such as `a[b]>=1; python_version<'3.12'`."""
        try:
            requirement = Requirement(text if isinstance(text, str) else "")
        except InvalidRequirement as error:
            first = str(error).partition("\n")[0]
            self.problems.append(f"{as_text(text)!r} is no requirement: {first}")
            return
        constraint = f"@ {requirement.url}" if requirement.url else str(requirement.specifier)
        self.declare(("pypi", requirement.name), constraint, scope=scope, line=line)

    def table(self, value: object, what: str) -> dict[str, object]:
        """`value` if it is a table, else an empty one with a note; None is just absent."""
        if isinstance(value, dict):
            return value
        if value is not None:
            self.problems.append(f"{what} is not a table")
        return {}

    def array(self, value: object, what: str) -> list[object]:
        """`value` if it is a list, else an empty one with a note; None is just absent."""
        if isinstance(value, list):
            return value
        if value is not None:
            self.problems.append(f"{what} is not a list")
        return []


def as_text(value: object) -> str:
    """A string as it is, nothing for other types (a table's version, for instance)."""
    return value if isinstance(value, str) else ""


def without_credentials(text: str) -> str:
    """A requirement may be a URL with a password or token in it; that part is dropped."""
    return _CREDENTIALS.sub("://", text)


def scope_of(name: str) -> str:
    """The scope that the name of a group or of a requirements file suggests."""
    words = re.sub(r"[-_./\d]+", " ", name.lower())
    for scope, pattern in (("test", _TEST), ("docs", _DOCS), ("dev", _DEV)):
        if pattern.search(words):
            return scope
    return "runtime"


def extra_scope(name: str) -> str:
    """The scope of an optional group: one for development is asked for, others may be."""
    scope = scope_of(name)
    return "optional" if scope == "runtime" else scope


def line_after(text: str, section: str, token: str) -> int | None:
    """The line of the first `token` after the first match of `section`, both patterns.

    None for a huge text too: a search for each dependency would cost its square.
    """
    if len(text) > _MAX_SEARCHED:
        return None
    start = re.search(section, text, re.MULTILINE)
    found = re.compile(token, re.MULTILINE).search(text, start.end()) if start else None
    return text.count("\n", 0, found.start()) + 1 if found else None
