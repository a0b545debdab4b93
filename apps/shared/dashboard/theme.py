"""The look of the admin."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Ccircle cx='16' cy='16' r='14' fill='%23a855f7'/%3E"
    "%3Ccircle cx='16' cy='16' r='5' fill='white'/%3E%3C/svg%3E"
)


def favicon(_request: HttpRequest) -> str:
    """The icon of the tab; inside the page, so that no file is asked for."""
    return _ICON


def stylesheet(_request: HttpRequest) -> str:
    """What dashboards need beyond unfold's classes."""
    return static("dashboard/dashboard.css")


def live_script(_request: HttpRequest) -> str:
    """What parts of pages that renew themselves need beyond htmx."""
    return static("dashboard/live.js")


def instance_badge(_request: HttpRequest) -> list[str]:
    """Who this is to the others, on every page."""
    return [settings.IDENTITY.name, "primary"]


def unfold_settings(title: str) -> dict[str, Any]:
    """django-unfold's settings for a site of that title."""
    return {
        "SITE_TITLE": title,
        "SITE_HEADER": title,
        "SITE_SYMBOL": "hub",
        "SITE_URL": "/",
        "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": favicon}],
        "STYLES": [stylesheet],
        "SCRIPTS": [live_script],
        "SHOW_HISTORY": True,
        "SHOW_VIEW_ON_SITE": False,
        "ENVIRONMENT": "apps.shared.dashboard.theme.instance_badge",
        "DASHBOARD_CALLBACK": "apps.shared.dashboard.views.dashboard",
        "SIDEBAR": {"navigation": "apps.shared.dashboard.sidebar.navigation"},
    }
