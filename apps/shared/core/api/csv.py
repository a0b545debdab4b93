"""Rows as CSV (RFC 4180), streamed: a table of any size takes no more memory than a few rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import StreamingHttpResponse

MEDIA_TYPE = "text/csv"
ROWS = 500
"""Rows that are handed to the connection at once."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """What csv.writer writes to; the line comes back from ``writerow``."""

    @staticmethod
    def write(line: str) -> str:
        return line


def csv_response(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A file that browsers keep, named ``<filename>.csv``; ``rows`` are drawn as it is read."""
    response = StreamingHttpResponse(
        _lines(header, rows), content_type=f"{MEDIA_TYPE}; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{filename}.csv"'
    return response


def cell(value: Any) -> str | int | float:
    """One value as it stands in a cell: times in UTC as ISO 8601, what is nested as JSON.

    Text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV
    Injection"): names in these tables come from other people's code.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat()
    if isinstance(value, (dict, list, tuple)):
        value = json.dumps(value, ensure_ascii=False, default=str)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    lines = [writer.writerow(header)]
    for row in rows:
        lines.append(writer.writerow([cell(value) for value in row]))
        if len(lines) >= ROWS:
            yield "".join(lines)
            lines = []
    yield "".join(lines)
