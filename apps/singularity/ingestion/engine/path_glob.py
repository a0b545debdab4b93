"""Path filters: ``*.py``, ``src/**/*.ts``, ``django/db``.

The expression is written in the subset that Python's ``re``, PostgreSQL's ``~`` and tantivy's
automata share, so that every leg of a search filters alike.
"""

import re

_WILDCARD = re.compile(r"\*\*/|\*\*|\*|\?")
_TRANSLATION = {"**/": "(.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")


def glob_to_regex(glob: str) -> str:
    """Return the regular expression that the whole of a matching path (``a/b.py``) satisfies.

    ``?`` is one character and ``*`` any number inside one path segment, ``**`` crosses segments.
    A pattern without wildcard is a file or a folder with all it holds; one with a wildcard and
    without ``/`` is a file name at any depth, as in gitignore.
    """
    glob = glob.removeprefix("./").strip("/")
    if not _WILDCARD.search(glob):
        return f"{_escape(glob)}(/.*)?" if glob else ".*"
    anywhere = "" if "/" in glob else "(.*/)?"
    return anywhere + _translate(glob)


def _translate(glob: str) -> str:
    """Return ``glob`` with its wildcards translated and all else taken literally."""
    pieces, end = [], 0
    for match in _WILDCARD.finditer(glob):
        pieces += [_escape(glob[end : match.start()]), _TRANSLATION[match.group()]]
        end = match.end()
    return "".join([*pieces, _escape(glob[end:])])


def _escape(literal: str) -> str:
    """Return ``literal`` with special characters escaped."""
    return _SPECIAL.sub(r"\\\g<0>", literal)
