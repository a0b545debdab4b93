"""Why a fact does not leave."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The closed list of reasons, as the ledger counts them."""

    UNKNOWN_NAME = "a name of no known library"
    MADE_UP_NAME = "a name that the program gave to a library's object"
    EXCLUDED = "excluded by PUBLISH_EXCLUDE"
    PRIVATE = "from no public registry"
    OWN = "the code base's own package"
    UNKNOWN_WORD = "a word that is not of the language"
    OTHER_TEXT = "text that does not follow from its canonical form"
    LITERAL = "an address or a path in the text"
    SECRET = "looks like a secret"  # noqa: S105  a reason, no secret
    OWN_DEFINITION = "not of the product's own definitions"
    TOO_LONG = "larger than a message may hold"
    NOT_TOLD = "of a kind that is never told"
    OFF_CONTRACT = "not as the contract wants it"


class Refused(Exception):
    """A fact must not leave. ``detail`` is for people here; it never leaves either."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason, self.detail = reason, detail
