"""What keeps an offer from being judged; the text is one line."""

from __future__ import annotations


class NotUsable(Exception):
    """The offer cannot be used as it is, or not yet."""


class UnknownOffer(Exception):
    """The fleet offers no such version."""
