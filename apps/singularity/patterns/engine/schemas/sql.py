"""SQL's CREATE TABLE and ALTER TABLE, by tokens: dialects differ too much for one grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from apps.singularity.patterns.engine.facts import Entity
from apps.singularity.patterns.engine.schemas.nodes import unique

_TOKEN = re.compile(
    r"""(?P<skip>--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))"""
    r"""|(?P<name>"(?:[^"]|"")*"|`[^`]*`|\[[^\]\n]*\]|[^\W\d]\w*)|(?P<mark>[(),;.])""",
    re.DOTALL,
)
_NO_COLUMN = frozenset(
    ["CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "KEY", "INDEX", "EXCLUDE", "LIKE"]
) | {"FULLTEXT", "SPATIAL", "PERIOD"}
_UNSTORED = frozenset(["TEMP", "TEMPORARY", "VIRTUAL", "EXTERNAL", "FOREIGN"])
_WORDS_BEFORE = frozenset(["IF", "NOT", "EXISTS", "ONLY"])
Token = tuple[str, int]
"""A word, a name or a mark, and its place in the text."""


def read(source: bytes) -> list[Entity]:
    """Tables that are created or altered, in the order of the text; temporary ones are not kept."""
    if b"table" not in source.lower():
        return []
    text = source.decode("utf-8", "replace")
    found, line, counted = [], 1, 0
    for statement in _statements(text):
        entity = _entity([token for token, _ in statement])
        if entity:
            line += text.count("\n", counted, statement[0][1])
            counted = statement[0][1]
            name, fields, relations = entity
            found.append(Entity("sql", name, line, fields, relations))
    return found


def _statements(text: str) -> Iterator[list[Token]]:
    statement: list[Token] = []
    for match in _TOKEN.finditer(text):
        if match["skip"] is not None:
            continue
        if match[0] == ";":
            yield statement
            statement = []
        else:
            statement.append((match[0], match.start()))
    yield statement


def _entity(tokens: list[str]) -> tuple[str, int, tuple[str, ...]] | None:
    """Name, number of columns, and the tables referred to, of a statement that defines some."""
    words = [token.upper() for token in tokens[:6]]
    if "TABLE" not in words or words[0] not in ("CREATE", "ALTER"):
        return None
    table = words.index("TABLE")
    if not _UNSTORED.isdisjoint(words[1:table]):
        return None
    at = table + 1
    while at < len(tokens) and tokens[at].upper() in _WORDS_BEFORE:
        at += 1
    name, at = _name(tokens, at)
    rest = tokens[at:]
    if not name or (rest[:1] and rest[0].upper() == "PARTITION"):
        return None
    relations = unique(_references(rest))
    columns = _columns(rest) if words[0] == "CREATE" else _added(rest)
    if words[0] == "ALTER" and not columns and not relations:
        return None
    return name, columns, relations


def _name(tokens: list[str], at: int) -> tuple[str, int]:
    """The last part of a dotted name, and where it ends."""
    name = ""
    while at < len(tokens) and tokens[at] not in "(),":
        name, at = tokens[at].strip('"`[]'), at + 1
        if at < len(tokens) and tokens[at] == ".":
            at += 1
        else:
            break
    return name, at


def _columns(words: list[str]) -> int:
    """The columns in the first parentheses."""
    count, depth, begins = 0, 0, False
    for word in words:
        if word == "(":
            depth += 1
            begins = begins or depth == 1
        elif word == ")":
            depth -= 1
            if not depth:
                break
        elif word == "," and depth == 1:
            begins = True
        elif begins and depth == 1:
            count += word.upper() not in _NO_COLUMN
            begins = False
        elif not depth and word.upper() == "AS":
            break
    return count


def _added(words: list[str]) -> int:
    """The columns that ALTER TABLE adds."""
    upper = [word.upper() for word in words]
    return sum(one == "ADD" and two not in _NO_COLUMN for one, two in pairwise(upper))


def _references(tokens: list[str]) -> Iterator[str]:
    for at, token in enumerate(tokens):
        if token.upper() == "REFERENCES":
            yield _name(tokens, at + 1)[0]
