"""What chunking takes and gives."""

from dataclasses import dataclass

CHUNKER_VERSION = 1
"""Stored with each file; files read by an older version are read again."""


@dataclass(frozen=True, slots=True)
class Chunk:
    r"""A piece of a file that is searched, embedded and learned from as one.

    `kind` is a value of `languages.Kind`; `symbol` is qualified with dots, "" outside of any
    definition. `signature` is the header on one line, `documentation` the cleaned docstring or
    comment, both bounded. Lines are 1-based and inclusive and end at "\n" alone; bytes are half
    open, in the UTF-8 of the text, and `content` is exactly those bytes.
    """

    ordinal: int
    kind: str
    symbol: str
    signature: str
    documentation: str
    start_line: int
    end_line: int
    start_byte: int
    end_byte: int
    content: str


@dataclass(frozen=True, slots=True)
class Chunked:
    """The chunks of a file, in order; `has_syntax_errors` is always false without a grammar."""

    chunks: tuple[Chunk, ...]
    has_syntax_errors: bool


@dataclass(slots=True)
class Owner:
    """The definition that a stretch of source belongs to.

    `documentation` is handed to the first chunk of the owner and then emptied.
    """

    kind: str
    symbol: str = ""
    signature: str = ""
    documentation: str = ""


Mark = tuple[int, Owner]
"""From this byte on, up to the next mark, the source belongs to this owner."""
