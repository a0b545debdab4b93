"""Labels of one language, numbered, with what the miner needs to know of each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from apps.singularity.patterns.engine.tree.labels import END, ITEM, STATEMENT, Label, Sort
from apps.singularity.patterns.engine.tree.labels import parse_label

Ints = NDArray[np.int32]

HOLE, END_ID, ITEM_ID, STATEMENT_ID = range(4)


class KnownNames(Protocol):
    """Which names are not the code base's own."""

    def knows(self, qualified: str, language: str) -> bool:
        """Whether a name belongs to the language or to a declared library."""


class LabelBook:
    """Numbers of labels as files spell them, and the canonical label behind each."""

    def __init__(self, language: str, libraries: KnownNames) -> None:
        self.language = language
        self._libraries = libraries
        self._number: dict[str, int] = {"$": HOLE, END: END_ID, ITEM: ITEM_ID}
        self._number[STATEMENT] = STATEMENT_ID
        self._names: dict[str, int] = {}
        self._canonical = [HOLE, END_ID, ITEM_ID, STATEMENT_ID]
        self._arity = [0, 0, 2, 2]
        self.texts = ["$", END, ITEM, STATEMENT]

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
            known = self._libraries.knows(label.text, self.language)
            self._canonical[number] = self._name(label.text, number) if known else HOLE
        return number

    def _name(self, qualified: str, number: int) -> int:
        """The number that all spellings of a known name share: that of the first one met."""
        return self._names.setdefault(qualified, number)
