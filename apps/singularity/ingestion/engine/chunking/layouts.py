"""Marks for text without a grammar, by what its lines look like."""

import re
from collections.abc import Callable, Iterator

from apps.singularity.ingestion.engine.chunking.model import Mark, Owner
from apps.singularity.ingestion.engine.languages import Kind

_BLANK = re.compile(rb"\n[ \t\r\f]*\n+")
_ITEM = re.compile(rb"^(?=[^\s\]})>])(?!</|end\b)", re.MULTILINE)
_SECTION = re.compile(rb"^\[+([^\]\n]+)\]", re.MULTILINE)
_FENCE = re.compile(rb" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(rb" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t\r]*$")
_SETEXT = re.compile(rb" {0,3}(=+|-{2,})[ \t\r]*$")
_NO_PARAGRAPH = re.compile(rb"\s*(?:$|[>|#]|[-*+][ \t]|\d+[.)][ \t]|`{3}|~{3}| {4}|\t)")
_RST_LINE = re.compile(rb"([!-/:-@\[-`{-~])\1+[ \t\r]*$")

_Line = tuple[int, bytes]
_Heading = tuple[int, int, str]
"""Byte, level and title of a heading."""


def marks_of(source: bytes, layout: str) -> list[Mark]:
    """Marks of a whole file by its layout (see `languages.Language`); the first one is at 0."""
    return _LAYOUTS[layout](source)


def _paragraphs(source: bytes) -> list[Mark]:
    owner = Owner(Kind.TEXT.value)
    return [(0, owner), *((found.end(), owner) for found in _BLANK.finditer(source))]


def _outline(source: bytes) -> list[Mark]:
    """Lines without indentation begin an item; those that only close a bracket do not."""
    owner = Owner(Kind.BLOCK.value)
    return [(0, owner), *((found.start(), owner) for found in _ITEM.finditer(source))]


def _ini(source: bytes) -> list[Mark]:
    """`[section]` and `[[array]]` headers; what is before the first one is a block."""
    marks: list[Mark] = [(0, Owner(Kind.BLOCK.value))]
    for found in _SECTION.finditer(source):
        name = found[1].decode("utf-8", "ignore").strip()[:200]
        marks.append((found.start(), Owner(Kind.SECTION.value, name, f"[{name}]")))
    return marks


def _markdown(source: bytes) -> list[Mark]:
    return _sections(source, _markdown_headings(source))


def _rst(source: bytes) -> list[Mark]:
    return _sections(source, _rst_headings(source))


def _sections(source: bytes, headings: Iterator[_Heading]) -> list[Mark]:
    """Sections under their headings, divided at paragraphs.

    The symbol is the path of headings, as "Guide > Install".
    """
    path: list[tuple[int, str]] = []
    owner = Owner(Kind.TEXT.value)
    marks: list[Mark] = [(0, owner)]
    gaps = [found.end() for found in _BLANK.finditer(source)]
    done = 0
    for start, level, title in [*headings, (len(source), 0, "")]:
        while done < len(gaps) and gaps[done] < start:
            marks.append((gaps[done], owner))
            done += 1
        path = [*((upper, name) for upper, name in path if upper < level), (level, title)]
        symbol = " > ".join(name for _, name in path if name)
        owner = Owner(Kind.SECTION.value, symbol[-500:], title)
        marks.append((start, owner))
    return marks


def _lines(source: bytes) -> Iterator[_Line]:
    start = 0
    for line in source.split(b"\n"):
        yield start, line
        start += len(line) + 1


def _markdown_headings(source: bytes) -> Iterator[_Heading]:
    """ATX and setext headings (CommonMark 0.31, 4.2 and 4.3), none inside a code fence."""
    fence, before = b"", (0, b"")
    front = _front_matter(source)
    for start, line in _lines(source):
        marker = _FENCE.match(line)
        if start < front:
            continue
        if fence or marker:
            fence = _fence_after(fence, marker[1] if marker else b"", line)
        elif found := _ATX.match(line):
            yield start, len(found[1]), _title(found[2] or b"")
        elif (found := _SETEXT.match(line)) and not _NO_PARAGRAPH.match(before[1]):
            yield before[0], 1 if found[1][:1] == b"=" else 2, _title(before[1])
        before = (start, b"" if fence or marker else line)


def _front_matter(source: bytes) -> int:
    """The end of the YAML block at the top of a page, 0 when there is none."""
    found = re.match(rb"---[ \t\r]*\n.*?^---[ \t\r]*$", source, re.DOTALL | re.MULTILINE)
    return found.end() if found else 0


def _fence_after(fence: bytes, marker: bytes, line: bytes) -> bytes:
    """The open fence after a line: a closing one is as long, of the same mark, and bare."""
    if not fence:
        return marker
    bare = line.strip() == marker
    closes = marker[:1] == fence[:1] and len(marker) >= len(fence) and bare
    return b"" if closes else fence


def _rst_headings(source: bytes) -> Iterator[_Heading]:
    """Underlined titles; the level of a mark is the order in which it first appears."""
    levels: list[tuple[bytes, bool]] = []
    over, before = (0, b""), (0, b"")
    for start, line in _lines(source):
        title = before[1].strip()
        found = _RST_LINE.match(line)
        if found and title and len(line.strip()) >= len(title) and not _RST_LINE.match(before[1]):
            overlined = over[1].strip() == line.strip()
            if overlined or (not over[1].strip() and not before[1][:1].isspace()):
                style = (found[1], overlined)
                if style not in levels:
                    levels.append(style)
                yield (over if overlined else before)[0], levels.index(style) + 1, _title(title)
        over, before = before, (start, line)


def _title(raw: bytes) -> str:
    return " ".join(raw.decode("utf-8", "ignore").split())[:200]


_LAYOUTS: dict[str, Callable[[bytes], list[Mark]]] = {
    "markdown": _markdown,
    "rst": _rst,
    "ini": _ini,
    "outline": _outline,
    "paragraphs": _paragraphs,
}
