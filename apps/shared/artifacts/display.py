"""Bundles in words."""

from __future__ import annotations

from datetime import datetime


def removed_text(removed_at: datetime | None) -> str:
    """That a row's bundle is gone, and since when; empty where it is not."""
    return f"bundle removed on {removed_at:%Y-%m-%d}" if removed_at else ""
