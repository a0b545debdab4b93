"""What an object store says of an object, as JSON. Source: NATS ADR-20, "ObjectInfo"."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass

from apps.shared.artifacts.engine.errors import ArtifactError

_NUMBER = re.compile(r"[A-Za-z0-9]{1,64}")
_NO_TIME = "0001-01-01T00:00:00Z"
"""The time is that of the message."""
REFUSED = "The store says of an object what no object is: have it sent anew."


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object: ``name`` is the SHA-256 of its ``size`` bytes, in hexadecimal digits.

    ``number`` is that of the upload whose ``chunks`` messages hold the bytes.
    """

    name: str
    number: str
    size: int
    chunks: int

    def encode(self, *, bucket: str, chunk_size: int) -> bytes:
        """As other programs that use object stores read it."""
        digest = base64.urlsafe_b64encode(bytes.fromhex(self.name)).decode()
        said = {
            "name": self.name,
            "options": {"max_chunk_size": chunk_size},
            "bucket": bucket,
            "nuid": self.number,
            "size": self.size,
            "mtime": _NO_TIME,
            "chunks": self.chunks,
            "digest": f"SHA-256={digest}",
        }
        return json.dumps(said).encode()


def stored_decode(data: bytes) -> StoredObject | None:
    """What is said of an object; None of one that was deleted. Raises ArtifactError."""
    try:
        said = json.loads(data)
        if said.get("deleted"):
            return None
        found = StoredObject(said["name"], said["nuid"], said.get("size", 0), said.get("chunks", 0))
        numbered = _NUMBER.fullmatch(found.number)  # it becomes part of a subject
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ArtifactError(REFUSED) from None
    counts = (found.size, found.chunks)
    if not numbered or not all(type(one) is int and one >= 0 for one in counts):
        raise ArtifactError(REFUSED)
    return found
