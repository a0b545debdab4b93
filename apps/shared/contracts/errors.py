"""Why a message is set aside instead of applied."""

from __future__ import annotations

from enum import StrEnum


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
    """The message must not be applied; ``detail`` is one line for whoever looks into it."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason, self.detail = reason, detail
