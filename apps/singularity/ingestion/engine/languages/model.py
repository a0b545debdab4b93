"""What a language table is made of.

A table says which part (*role*) the node types of one grammar play when a file is chunked. Node
types that a table does not name are plain statements.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TypeAlias

from tree_sitter import Node


class Kind(StrEnum):
    """The closed vocabulary of chunk kinds, the same for every language."""

    MODULE = "module"
    CLASS = "class"
    INTERFACE = "interface"
    STRUCT = "struct"
    ENUM = "enum"
    TRAIT = "trait"
    IMPLEMENTATION = "implementation"
    TYPE = "type"
    FUNCTION = "function"
    METHOD = "method"
    MACRO = "macro"
    TABLE = "table"
    SECTION = "section"
    BLOCK = "block"
    TEXT = "text"


TYPE_KINDS = frozenset(
    {Kind.CLASS, Kind.INTERFACE, Kind.STRUCT, Kind.ENUM, Kind.TRAIT, Kind.IMPLEMENTATION}
)
"""Kinds whose functions are methods."""

Namer: TypeAlias = Callable[[Node, bytes], str]
"""The unqualified symbol of a definition node, "" when it has none."""

BodyFinder: TypeAlias = Callable[[Node], Node | None]
"""The node at which the header of a definition ends, None when it has no body."""


class Part(Enum):
    """Roles that need no further description."""

    COMMENT = "comment"
    """Belongs to what follows it directly."""
    INNER_COMMENT = "inner comment"
    """Documents what it stands in, as `@moduledoc` does."""
    ATTRIBUTE = "attribute"
    """A decorator or an attribute beside its definition: belongs to what follows it."""
    WRAPPER = "wrapper"
    """A statement around one definition, as `export` or `template <...>`."""
    TRANSPARENT = "transparent"
    """A container without a name of its own: its children count as its siblings."""
    OPAQUE = "opaque"
    """A literal: when too large it is cut at lines, its children are not looked at."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A node type that gives a chunk its symbol.

    `open` definitions are always entered, whatever their size: a namespace is no unit of search.
    `clauses` says that neighbours of the same symbol are clauses of one function.
    """

    kind: Kind
    name: Namer
    body: BodyFinder
    open: bool = False
    clauses: bool = False
    label: str = field(init=False)
    """The value of `kind`: asking an enumeration for it costs ten times as much."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.kind.value)


Decision: TypeAlias = Part | Definition | None
Refinement: TypeAlias = Callable[[Node, bytes], Decision]
"""Decides the role of a node whose type alone does not tell."""
Role: TypeAlias = Part | Definition | Refinement


@dataclass(frozen=True, slots=True)
class Language:
    """One language: how its files are recognised and how they are cut.

    `grammar` is its name in tree-sitter-language-pack; without one, or when
    parsing is given up, the text is cut by `layout`:
    "markdown", "rst", "ini" (bracketed headers), "outline" (lines without indentation begin an
    item) or "paragraphs". `docstrings` says that documentation is the first string of a body.
    """

    name: str
    grammar: str | None = None
    extensions: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    shebangs: tuple[str, ...] = ()
    roles: Mapping[str, Role] = field(default_factory=dict)
    layout: str = "outline"
    docstrings: bool = False
