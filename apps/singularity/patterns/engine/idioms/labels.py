"""Labels of one language, numbered, with what the miner needs to know of each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from apps.singularity.ingestion.engine.languages import LANGUAGES, Definition
from apps.singularity.patterns.engine.tree.labels import (
    FOLDED,
    ITEM,
    ITEMS_END,
    STATEMENT,
    STATEMENTS_END,
    Label,
    Sort,
    parse_label,
)
from apps.singularity.patterns.engine.tree.words import WORDS

Ints = NDArray[np.int32]

HOLE, ITEMS_END_ID, STATEMENTS_END_ID, ITEM_ID, STATEMENT_ID, BARRIER = range(6)
"""Numbers of labels that every language has; the last one stands for a cell of statements that
no fragment runs on into: what comes there is another definition, not part of the same idiom."""

_INHERITED = "super()."

_IMPORT = re.compile(
    r"^(.*import_(statement|declaration|from_statement|header|list|spec|spec_list)|import"
    r"|future_import_statement|package_(clause|declaration|header)|use_declaration|import_(attribute)"
    r"|extern_crate_declaration|namespace_use_declaration|using_directive|preproc_include|charset_.*"
    r"|open_module|include_module|import_statement|imports|shebang)$"
)
_DECORATED = re.compile(
    r"^(decorated_definition|attribute_item|template_declaration|decorator|export_statement)$"
)


class KnownNames(Protocol):
    """Which names are not the code base's own."""

    def knows(self, qualified: str, language: str) -> bool:
        """Whether a name belongs to the language or to a declared library."""


class LabelBook:
    """Numbers of labels as files spell them, and the canonical label behind each."""

    def __init__(self, language: str, libraries: KnownNames) -> None:
        self.language = language
        self._libraries = libraries
        self.texts = ["$", ITEMS_END, STATEMENTS_END, ITEM, STATEMENT, STATEMENT]
        self._number = {text: number for number, text in enumerate(self.texts[:BARRIER])}
        self._names: dict[str, int] = {}
        self._canonical = list(range(BARRIER + 1))
        self._arity = [0, 0, 0, 2, 2, 2]

    def numbers(self, labels: Sequence[str]) -> Ints:
        """The number of each label."""
        return np.array([self._numbered(text) for text in labels], dtype=np.int32)

    def label(self, number: int) -> Label:
        """A numbered label taken apart."""
        return parse_label(self.texts[number])

    @cached_property
    def canonical(self) -> Ints:
        """For each number, that of its label without spelling; HOLE for unknown names."""
        return np.array(self._canonical, dtype=np.int32)

    @cached_property
    def arity(self) -> Ints:
        """For each number, how many children such a node has."""
        return np.array(self._arity, dtype=np.int32)

    @cached_property
    def is_name(self) -> NDArray[np.bool_]:
        """For each number, whether it stands for a known name."""
        is_name = np.zeros(len(self.texts), dtype=np.bool_)
        is_name[list(self._names.values())] = True
        return is_name

    @cached_property
    def is_import(self) -> NDArray[np.bool_]:
        """For each number, whether it is the label of an import."""
        return self._of_kinds(lambda kind: bool(_IMPORT.match(kind)))

    @cached_property
    def is_definition(self) -> NDArray[np.bool_]:
        """For each number, whether it is the label of a definition or of an import."""
        roles = LANGUAGES[self.language].roles if self.language in LANGUAGES else {}
        kinds = {kind for kind, role in roles.items() if isinstance(role, Definition)}
        return self.is_import | self._of_kinds(
            lambda kind: kind in kinds or bool(_DECORATED.match(kind))
        )

    @cached_property
    def forms(self) -> Mapping[str, Collection[tuple[str | None, ...]]]:
        """The productions that each kind has in this code base."""
        forms: dict[str, set[tuple[str | None, ...]]] = defaultdict(set)
        for text in self.texts:
            label = parse_label(text)
            if label.sort is Sort.PRODUCTION:
                forms[label.kind].add(label.parts)
        return forms

    def _of_kinds(self, holds: Callable[[str], bool]) -> NDArray[np.bool_]:
        """For each number, whether it is a production and this holds for one of its kinds."""
        labels = [parse_label(text) for text in self.texts]
        return np.array(
            [
                label.sort is Sort.PRODUCTION and any(map(holds, label.text.split(FOLDED)))
                for label in labels
            ]
        )

    def _numbered(self, text: str) -> int:
        number = self._number.get(text)
        return self._add(text) if number is None else number

    def _add(self, text: str) -> int:
        label = parse_label(text)
        number = self._number[text] = len(self.texts)
        self.texts.append(text)
        self._canonical.append(number)
        self._arity.append(label.arity)
        if label.sort is Sort.IDENTIFIER:
            self._canonical[number] = HOLE
        elif label.sort is Sort.NAME:
            known = self._knows(label.text)
            self._canonical[number] = self._name(label.text, number) if known else HOLE
        return number

    def _knows(self, qualified: str) -> bool:
        """Whether a name may be shown: how base classes call their methods is their business."""
        if qualified.startswith(_INHERITED):
            words = WORDS.get(self.language, frozenset())
            return qualified.removeprefix(_INHERITED).encode() in words
        return self._libraries.knows(qualified, self.language)

    def _name(self, qualified: str, number: int) -> int:
        """The number that all spellings of a known name share: that of the first one met."""
        return self._names.setdefault(qualified, number)
