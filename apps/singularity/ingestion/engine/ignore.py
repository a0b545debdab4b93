"""Ignore files with git's semantics: `.gitignore`, `info/exclude`, `.singularityignore`.

The last matching rule of the innermost file decides; a rule of any `.singularityignore`
wins over every git rule. The user's own `core.excludesFile` is not read: what is learned
from a code base must not depend on the machine that reads it.
Source: git's documentation, gitignore(5), and its `dir.c`.
"""

import os
import re
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Self

from apps.singularity.ingestion.engine.wildmatch import Unmatchable, translate

GIT_IGNORE, OWN_IGNORE = b".gitignore", b".singularityignore"
MAX_IGNORE_BYTES = 1_048_576
_WILDCARDS = re.compile(rb"[*?\[\\]")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an ignore file, ready to match."""

    regex: re.Pattern[bytes]
    negated: bool
    directory_only: bool
    by_name: bool
    file: str
    line: int
    text: str

    def matches(self, path: bytes, name: bytes, *, is_directory: bool) -> bool:
        """Whether it speaks of this entry; `path` is relative to the rule's folder."""
        if self.directory_only and not is_directory:
            return False
        return self.regex.fullmatch(name if self.by_name else path) is not None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class RuleFile:
    """The rules of one file, and a quick test that most entries fail."""

    __slots__ = ("_names", "_paths", "_rules", "_strip")

    def __init__(self, rules: list[Rule], strip: int = 0) -> None:
        """Rules of a file whose folder's path, slash included, is `strip` bytes long."""
        self._rules = rules[::-1]
        self._strip = strip
        self._names = _any_of(rule for rule in rules if rule.by_name)
        self._paths = _any_of(rule for rule in rules if not rule.by_name)

    def last_match(self, path: bytes, name: bytes, *, is_directory: bool) -> Rule | None:
        """The rule that decides on the entry at `path`, if any."""
        path = path[self._strip :]
        named = self._names is not None and self._names(name)
        if not named and not (self._paths is not None and self._paths(path)):
            return None
        matching = (
            rule for rule in self._rules if rule.matches(path, name, is_directory=is_directory)
        )
        return next(matching, None)


def _any_of(rules: Iterable[Rule]) -> Callable[[bytes], object] | None:
    patterns = {rule.regex.pattern for rule in rules}
    if not patterns:
        return None
    return re.compile(b"|".join(sorted(patterns)), re.DOTALL).fullmatch


@dataclass(frozen=True, slots=True)
class RuleStack:
    """All files that speak about one folder's entries, innermost first.

    Paths are relative to one folder, the top: that of the git work tree, or the root.
    """

    git: tuple[RuleFile, ...] = ()
    own: tuple[RuleFile, ...] = ()

    def decide(self, path: bytes, name: bytes, *, is_directory: bool) -> Rule | None:
        """The rule that decides, to leave out or (negated) to keep; None if none speaks."""
        for rules in self.own + self.git:
            rule = rules.last_match(path, name, is_directory=is_directory)
            if rule is not None:
                return rule
        return None

    def below(self, folder: bytes, names: Iterable[bytes], location: bytes, shown: str) -> Self:
        """The stack plus the ignore files among `names`, which lie in `folder`.

        `folder` is its path as the rules see it ("" is the top), `location` where to open
        it, `shown` what stands before a file's name when a rule of it is quoted.
        """
        present = {GIT_IGNORE, OWN_IGNORE}.intersection(names)
        if not present:
            return self
        strip = len(folder) + 1 if folder else 0
        git, own = (
            _load(name, location, shown, strip) if name in present else ()
            for name in (GIT_IGNORE, OWN_IGNORE)
        )
        return replace(self, git=git + self.git, own=own + self.own)


def _load(name: bytes, location: bytes, shown: str, strip: int) -> tuple[RuleFile, ...]:
    rules = read_rules(location + b"/" + name, shown + name.decode())
    return (RuleFile(rules, strip),) if rules else ()


def read_rules(location: bytes, shown: str) -> list[Rule]:
    """The rules of the file at `location`; none if it is no plain readable file.

    As in git, an ignore file that is a symbolic link or cannot be read counts as absent.
    """
    try:
        handle = os.open(location, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return []
    try:
        is_file = stat.S_ISREG(os.fstat(handle).st_mode)
        return parse_rules(os.read(handle, MAX_IGNORE_BYTES), shown) if is_file else []
    finally:
        os.close(handle)


def parse_rules(content: bytes, shown: str) -> list[Rule]:
    """The rules in an ignore file's bytes, in their order; `shown` names the file."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    rules = (_parse_line(line, shown, number) for number, line in enumerate(lines, 1))
    return [rule for rule in rules if rule is not None]


def _parse_line(line: bytes, shown: str, number: int) -> Rule | None:
    if not line or line.startswith(b"#"):
        return None
    pattern = _trim(line.removesuffix(b"\r").split(b"\0")[0])
    text = pattern.decode("utf-8", "backslashreplace")
    negated = pattern.startswith(b"!")
    pattern = pattern[negated:]
    directory_only = pattern.endswith(b"/")
    pattern = pattern[: len(pattern) - directory_only]
    by_name = b"/" not in pattern
    try:
        regex = re.compile(_by_name(pattern) if by_name else _by_path(pattern), re.DOTALL)
    except Unmatchable:
        return None
    if not pattern:
        return None
    return Rule(regex, negated, directory_only, by_name, shown, number, text)


def _trim(line: bytes) -> bytes:
    """Without trailing spaces, unless a backslash keeps one."""
    bare = line.rstrip(b" ")
    slashes = len(bare) - len(bare.rstrip(b"\\"))
    return bare + b" " if slashes % 2 and len(line) > len(bare) else bare


def _by_name(pattern: bytes) -> bytes:
    # Without a slash, `**` is no more than `*`.
    return translate(re.sub(rb"(?<!\\)\*+", b"*", pattern))


def _by_path(pattern: bytes) -> bytes:
    """Git compares what stands before the first wildcard as it is, and globs the rest.

    So `**` counts as a whole segment when it is the first wildcard, even in `a/b**`.
    """
    pattern = pattern.removeprefix(b"/")
    wildcard = _WILDCARDS.search(pattern)
    start = wildcard.start() if wildcard else len(pattern)
    return re.escape(pattern[:start]) + translate(pattern[start:])
