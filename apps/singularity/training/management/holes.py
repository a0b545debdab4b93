"""The gap that `manage.py suggest` is asked about: a place in a file, or a marker in a text."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from apps.singularity.ingestion.engine.decode import decode
from apps.singularity.ingestion.engine.languages import language_of
from apps.singularity.training.engine.errors import RunRefused
from apps.singularity.training.services.corpus import NO_CODE
from apps.singularity.training.services.suggesting import Hole

MARKER = "<FILL>"
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?")
_HEAD = 2000


def hole_of_place(place: str) -> Hole:
    """The gap at FILE:LINE:COLUMN is the word there, that at FILE:LINE the line's code.

    Raises:
        RunRefused: there is no such place, or the file is no code.
    """
    said = _PLACE.fullmatch(place)
    if said is None:
        raise RunRefused(f"{place} is no place: say FILE:LINE or FILE:LINE:COLUMN.")
    text = _text(Path(said["file"]))
    start, end = _gap(text, int(said["line"]), int(said["column"] or 0), said["file"])
    language = language_of(said["file"], text[:_HEAD])
    if not language or language in NO_CODE:
        raise RunRefused(f"{said['file']} is in no language that is code here.")
    return Hole(language, text[:start], text[end:])


def hole_of_text(text: str, language: str) -> Hole:
    """The gap that a marker marks. Raises RunRefused where there is not one marker."""
    if text.count(MARKER) != 1:
        raise RunRefused(f"The code needs {MARKER} once, where something is missing.")
    if not language:
        raise RunRefused("Say the language of the code with --language.")
    before, _, after = text.partition(MARKER)
    return Hole(language, before, after)


def code_of(data: bytes, name: str) -> str:
    """Bytes as ingestion reads them. Raises RunRefused where they are no text."""
    decoded = decode(data)
    if decoded is None:
        raise RunRefused(f"{name} is no text.")
    return decoded[0]


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > settings.MAX_FILE_BYTES:
            raise RunRefused(f"{file} is larger than MAX_FILE_BYTES.")
        data = file.read_bytes()
    except OSError as error:
        raise RunRefused(f"{file} cannot be read: {error.strerror}.") from None
    return code_of(data, str(file))


def _gap(text: str, line: int, column: int, file: str) -> tuple[int, int]:
    """Start and end in characters; lines and columns count from 1."""
    lines = text.split("\n")
    if not 1 <= line <= len(lines) or column > len(lines[line - 1]) + 1:
        raise RunRefused(f"{file} has no place {line}{f':{column}' if column else ''}.")
    said, before = lines[line - 1], sum(len(one) + 1 for one in lines[: line - 1])
    if not column:
        return before + len(said) - len(said.lstrip()), before + len(said.rstrip())
    words = (match.span() for match in re.finditer(r"\w+", said))
    at = next((word for word in words if word[0] < column <= word[1]), (column - 1, column - 1))
    return before + at[0], before + at[1]
