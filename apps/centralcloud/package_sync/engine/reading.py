"""Parts of a registry's JSON, read as what they must be; what is wrong is named by its path."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from apps.centralcloud.package_sync.engine.registry import Malformed

TEXT = 2_000
"""Characters of a text that are kept."""
LINE = 300
ADDRESS = 500
LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Part:
    """An object of a document. ``path`` is where it stands, for messages: ``versions[3]``.

    What is absent or null is empty; what is of another type raises Malformed.
    """

    value: dict[str, Any]
    path: str = ""

    @classmethod
    def of(cls, value: Any, path: str) -> Part:
        """An object by its value.

        Raises:
            Malformed: it is no object.
        """
        if not isinstance(value, dict):
            raise Malformed(f"{path or 'the answer'} is not an object")
        return cls(value, path)

    def table(self, key: str) -> Part:
        """An object in this one."""
        found = self.value.get(key)
        return Part.of({} if found is None else found, self._at(key))

    def tables(self, key: str) -> Iterator[Part]:
        """The objects of an array."""
        for place, one in enumerate(self.array(key)):
            yield Part.of(one, f"{self._at(key)}[{place}]")

    def named(self, key: str) -> Iterator[tuple[str, Part]]:
        """The objects of an object, with their names."""
        table = self.table(key)
        for name in table.value:
            yield name, table.table(name)

    def array(self, key: str) -> list[Any]:
        """The values of an array."""
        found = self.value.get(key)
        if found is not None and not isinstance(found, list):
            raise Malformed(f"{self._at(key)} is not an array")
        return found or []

    def text(self, key: str, limit: int = TEXT) -> str:
        """A text without NUL and lone surrogates, cut to ``limit`` characters."""
        found = self.value.get(key)
        if found is not None and not isinstance(found, str):
            raise Malformed(f"{self._at(key)} is not a text")
        return clean(found or "", limit)

    def name(self, key: str, limit: int = LINE) -> str:
        """A text that must be there and fit, since less of it would name another thing."""
        found = self.text(key, limit + 1)
        if not found or len(found) > limit or found != self.value[key]:
            raise Malformed(f"{self._at(key)} is not a name")
        return found

    def texts(self, key: str, limit: int = LINE) -> tuple[str, ...]:
        """The texts of an array, without empty ones."""
        found = self.array(key)
        if any(not isinstance(one, str) for one in found):
            raise Malformed(f"{self._at(key)} is not an array of texts")
        return tuple(filter(None, (clean(one, limit) for one in found)))

    def flag(self, key: str) -> bool:
        """Whether something holds."""
        found = self.value.get(key)
        if found is not None and not isinstance(found, bool):
            raise Malformed(f"{self._at(key)} is neither true nor false")
        return bool(found)

    def number(self, key: str) -> int | None:
        """A count."""
        found = self.value.get(key)
        if found is None:
            return None
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= LARGEST:
            raise Malformed(f"{self._at(key)} is not a count")
        return found

    def moment(self, key: str) -> datetime | None:
        """A point in time; one without an offset is UTC."""
        found = self.text(key, LINE)
        if not found:
            return None
        try:
            moment = datetime.fromisoformat(found)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Malformed(f"{self._at(key)} is not a time") from None

    def address(self, key: str) -> str:
        """An address that people can open; empty for all else, such as ``javascript:``."""
        return address(self.text(key, ADDRESS + 1))

    def _at(self, key: str) -> str:
        name = "".join(letter for letter in clean(key, 80) if letter.isprintable())
        return f"{self.path}.{name}" if self.path else name


def clean(text: str, limit: int = TEXT) -> str:
    """Without NUL, without halves of characters, and at most this long."""
    return text.replace("\0", "").encode(errors="replace").decode()[:limit]


def address(text: str) -> str:
    """An HTTP address as it is; empty for all else and for what does not fit."""
    text = text.strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isprintable()
    return text if whole and len(text) <= ADDRESS and parts.username is None else ""


def json_read(body: bytes, what: str) -> Any:
    """A piece of JSON that is not a document of its own.

    Raises:
        Malformed: it is none.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed(f"{what} is not JSON") from None


def digest_of(reading: str, *documents: bytes) -> str:
    """The digest of documents, and of how they are read."""
    digest = hashlib.sha256()
    for document in documents:
        digest.update(hashlib.sha256(document).digest())
    return f"{reading}:{digest.hexdigest()}"
