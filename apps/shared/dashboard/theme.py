"""The look of the admin."""

from typing import Any


def unfold_settings(title: str) -> dict[str, Any]:
    """django-unfold's settings for a site of that title."""
    return {
        "SITE_TITLE": title,
        "SITE_HEADER": title,
        "SITE_URL": "/",
        "SHOW_HISTORY": True,
        "SHOW_VIEW_ON_SITE": False,
    }
