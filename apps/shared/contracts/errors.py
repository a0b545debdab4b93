"""Why a message is set aside instead of applied."""

from __future__ import annotations

from enum import StrEnum

_LONGEST_DETAIL = 500


class Reason(StrEnum):
    """The closed list of reasons, as dead letters and metrics name them."""

    TOO_LARGE = "too large"
    NOT_AN_EVENT = "not a CloudEvent"
    UNKNOWN_SUBJECT = "unknown subject"
    UNKNOWN_SENDER = "unknown sender"
    REVOKED = "revoked key"
    FORGED = "wrong signature"
    NOT_ALLOWED = "not allowed to this sender"
    WRONG_SCHEMA = "wrong schema"
    FAILED = "handler failed"


class MessageRefused(Exception):
    """The message must not be applied; ``detail`` is one line for whoever looks into it.

    What strangers sent may stand in it, so it is cut and made printable: any database takes it.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason = reason
        self.detail = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in detail)
        self.detail = self.detail[:_LONGEST_DETAIL]
        super().__init__(f"{reason}: {self.detail}" if detail else str(reason))
