"""Why a path is left out: one short reason each, with a sentence for people."""

from dataclasses import dataclass
from enum import StrEnum


class SkipReason(StrEnum):
    """The value is stored; `sentence` is shown."""

    IGNORED = "ignored"
    VENDORED = "vendored"
    GENERATED = "generated"
    MINIFIED = "minified"
    BINARY = "binary"
    OVERSIZED = "oversized"
    EMPTY = "empty"
    SYMLINK = "symlink"
    SPECIAL = "special"
    UNREADABLE = "unreadable"
    VANISHED = "vanished"
    CHANGED = "changed"

    @property
    def sentence(self) -> str:
        """One line that explains this reason to a person."""
        return _SENTENCES[self]


_SENTENCES = {
    SkipReason.IGNORED: "An ignore rule leaves it out.",
    SkipReason.VENDORED: "It belongs to other projects or is rebuilt by a tool.",
    SkipReason.GENERATED: "A tool wrote it and says so in its first lines or its name.",
    SkipReason.MINIFIED: "It is packed code that nobody reads.",
    SkipReason.BINARY: "It is not text.",
    SkipReason.OVERSIZED: "It is larger than the limit.",
    SkipReason.EMPTY: "It has no content.",
    SkipReason.SYMLINK: "Symbolic links are not followed; their target is read where it lives.",
    SkipReason.SPECIAL: "It is a socket, a pipe or a device.",
    SkipReason.UNREADABLE: "The system refused to open it.",
    SkipReason.VANISHED: "It was removed while the tree was read.",
    SkipReason.CHANGED: "It was written to each time it was read.",
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was left out; a folder stands for all below it."""

    path: str
    reason: SkipReason
    detail: str
    is_directory: bool = False
