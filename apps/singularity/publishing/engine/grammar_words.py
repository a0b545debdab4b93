"""Which words the grammar of a language has itself, so that no program can have made them up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from apps.singularity.ingestion.engine.languages import LANGUAGES, grammar_of
from apps.singularity.patterns.engine.tree.words import WORDS

_SYMBOL = re.compile(r"[!-/:-@\[-`{-~]{1,3}")
_ERROR = "ERROR"
_TYPES = """
bool boolean byte char double float int long short void unsigned signed string str auto size_t
ssize_t ptrdiff_t intptr_t uintptr_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t
uint64_t i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 object decimal
"""
_PRIMITIVES = frozenset(_TYPES.split())
"""Types that grammars take for a word without listing it among their tokens."""


@dataclass(frozen=True, slots=True)
class GrammarWords:
    """The node kinds and tokens of a grammar, and the words that its language gives a meaning."""

    kinds: frozenset[str]
    tokens: frozenset[str]
    words: frozenset[str]

    def has_word(self, text: str) -> bool:
        """Whether this is a token, a constant such as ``None``, a primitive type or a symbol."""
        return (
            text in self.tokens
            or text in self.words
            or text.lower() in self.kinds & _CONSTANTS
            or text in _PRIMITIVES
            or bool(_SYMBOL.fullmatch(text))
        )


_CONSTANTS = frozenset(["true", "false", "none", "null", "nil", "undefined", "this", "self"]) | {
    "super", "crate", "iota", "unit", "ellipsis"
}  # fmt: skip
"""Node kinds that are spelled as they are called."""


@cache
def grammar_words(language: str) -> GrammarWords:
    """The words of a language's grammar; none at all for a language that has none."""
    grammar = grammar_of(language) if language in LANGUAGES else None
    known = grammar.parser.language if grammar else None
    if known is None:
        return GrammarWords(frozenset(), frozenset(), frozenset())
    numbers = range(known.node_kind_count)
    names = [(known.node_kind_for_id(at) or "", known.node_kind_is_named(at)) for at in numbers]
    return GrammarWords(
        kinds=frozenset(name for name, is_named in names if is_named) | {_ERROR},
        tokens=frozenset(" ".join(name.split()) for name, is_named in names if not is_named),
        words=frozenset(word.decode() for word in WORDS.get(language, ())),
    )
