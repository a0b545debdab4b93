"""What ecosystems and languages go by here, and what to say of names that nothing goes by."""

from __future__ import annotations

from collections.abc import Sequence

_LANGUAGES = {
    "c#": "csharp",
    "c++": "cpp",
    "golang": "go",
    "js": "javascript",
    "objective-c": "objc",
    "py": "python",
    "rs": "rust",
    "ts": "typescript",
}
_ECOSYSTEMS = {"go": "golang"}
NAMED = 12
"""Of what there is, as many are named to somebody who asked for something else."""


def language_named(text: str) -> str:
    """The name that a language goes by: ``cpp`` for ``C++``."""
    name = text.strip().lower()
    return _LANGUAGES.get(name, name)


def ecosystem_named(text: str) -> str:
    """The name that an ecosystem goes by: the type of its purls."""
    name = text.strip().lower()
    return _ECOSYSTEMS.get(name, name)


def none_such(what: str, name: str, there: Sequence[str]) -> str:
    """One line for somebody who asked by a name that stands for nothing, with those that do."""
    shown = ", ".join(there[:NAMED]) + (" ..." if len(there) > NAMED else "")
    return f"There is no {what} {name}; there are: {shown or 'none yet'}."
