"""What a registry answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.centralcloud.package_sync.engine.registry import Malformed


def _nothing() -> None:
    """Nothing is kept of this document."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document, unpacked.

    ``url`` is where it came from in the end, and never shown to people. ``headers`` have names in
    lower case. ``received`` are the bytes over the wire and ``requests`` the requests that it took,
    redirects and repeated attempts among them; ``unchanged`` says that the body is the one that was
    kept: the registry said so (304), or its time had not run out yet. ``forget`` drops what is kept
    of it, so that it comes anew when it is asked for again.
    """

    url: str = field(repr=False)
    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    received: int
    requests: int
    unchanged: bool
    forget: Callable[[], None] = field(default=_nothing, repr=False, compare=False)

    def json(self) -> Any:
        """The document as JSON.

        Raises:
            Malformed: it is none; what cannot be read is not kept either.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            self.forget()
            raise Malformed("the registry's answer is not JSON") from None
