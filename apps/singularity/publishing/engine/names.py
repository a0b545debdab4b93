"""Which qualified names may leave: those that a library has for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import yaml

from apps.singularity.patterns.engine.tree.words import WORDS
from apps.singularity.publishing.engine.own_words import words_of
from apps.singularity.publishing.engine.refusal import Reason, Refused

LONGEST = 200
_FILE = Path(__file__).with_name("open_names.yaml")
_SHARED = {"typescript": "javascript", "tsx": "javascript"}
_INHERITED = "super()."
_CALLS = re.compile(r"\(\)|\[\]")
_BELOW = re.compile(r"(?:::|[.:])([^.:/]*)")
_ODD = re.compile(r"[?!](?![.:/([]|$)")
"""``?`` and ``!`` end a method's name in some languages; elsewhere they begin text that is none."""

OpenNames = Mapping[str, frozenset[str]]
RefusePackage = Callable[[str], Reason | None]
"""Why the package of this purl, without version, must not be mentioned; None where it may."""


class KnownLibraries(Protocol):
    """What a code base's libraries are asked."""

    def knows(self, qualified: str, language: str) -> bool:
        """Whether a name belongs to the language or to a declared library."""

    def package_of(self, qualified: str, language: str) -> str | None:
        """The purl of the declared package that it belongs to."""


@dataclass(slots=True)
class NamePolicy:
    """Says of each name whether it may leave; the same name is judged once.

    ``own_words`` are those by which the code base is called.
    """

    libraries: KnownLibraries
    refuse_package: RefusePackage
    own_words: frozenset[str] = frozenset()
    _judged: dict[tuple[str, str], Reason | None] = field(default_factory=dict)

    def check(self, qualified: str, language: str) -> None:
        """See that a name is one of a library's own.

        Raises:
            Refused: it is the program's, or of a package that must not be mentioned.
        """
        key = qualified, language
        if key not in self._judged:
            self._judged[key] = self._judge(qualified, language)
        if reason := self._judged[key]:
            raise Refused(reason, qualified)

    def _judge(self, qualified: str, language: str) -> Reason | None:
        if qualified.startswith(_INHERITED):
            words = WORDS.get(language, frozenset())
            known = qualified.removeprefix(_INHERITED).encode() in words
            return None if known else Reason.UNKNOWN_NAME
        if len(qualified) > LONGEST or not _is_name(qualified):
            return Reason.UNKNOWN_NAME
        if not self.libraries.knows(qualified, language):
            return Reason.UNKNOWN_NAME
        if _is_made_up(qualified, language) or not self.own_words.isdisjoint(words_of(qualified)):
            return Reason.MADE_UP_NAME
        purl = self.libraries.package_of(qualified, language)
        return self.refuse_package(purl) if purl else None


def _is_name(text: str) -> bool:
    """Whether it is made of what names are made of: no blank, no quote, no bracketed text."""
    bare = text.replace("()", "").replace("[]", "")
    is_plain = all(character.isalnum() or character in "._$@/:\\-!?" for character in bare)
    return bool(bare) and is_plain and not _ODD.search(text)


def _is_made_up(qualified: str, language: str) -> bool:
    """Whether it names a member that programs make up, below an object of a library."""
    known = _open_names().get(_SHARED.get(language, language), {})
    plain = _CALLS.sub("", qualified)
    return any(
        at[1] not in known.get(plain[: at.start()], (at[1],)) for at in _BELOW.finditer(plain)
    )


def open_names_text() -> bytes:
    """The list of those objects: kept as data, so that it is read and added to without code."""
    return _FILE.read_bytes()


@cache
def _open_names() -> Mapping[str, OpenNames]:
    """By language."""
    loaded: dict[str, dict[str, Any]] = yaml.load(open_names_text(), yaml.CSafeLoader)
    return {
        language: {name: frozenset(members.split()) for name, members in names.items()}
        for language, names in loaded.items()
    }
