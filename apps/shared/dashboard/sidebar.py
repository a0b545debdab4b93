"""The sidebar: groups of links, as the site's wiring lists them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Item:
    """A link to a named address, for those who have the permission.

    ``icon`` is a name of Material Symbols.
    """

    title: str
    icon: str
    url_name: str
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Links under one heading."""

    title: str
    items: tuple[Item, ...]


OVERVIEW = Group("", (Item("Dashboard", "dashboard", "admin:index"),))
RUNS = Group(
    "Runs",
    (
        Item("Jobs", "play_circle", "admin:core_job_changelist", "core.view_job"),
        Item(
            "Schedule",
            "schedule",
            "admin:django_celery_beat_periodictask_changelist",
            "django_celery_beat.view_periodictask",
        ),
    ),
)
ACCESS = Group(
    "Access",
    (
        Item("Users", "person", "admin:auth_user_changelist", "auth.view_user"),
        Item("Groups", "group", "admin:auth_group_changelist", "auth.view_group"),
        Item("API tokens", "key", "admin:knox_authtoken_changelist", "knox.view_authtoken"),
        Item("API reference", "api", "docs"),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups as django-unfold's SIDEBAR wants them."""
    groups = [import_string(path) for path in import_module(settings.SITE_WIRING).SIDEBAR]
    return [_group(request, group) for group in groups]


def _group(request: HttpRequest, group: Group) -> dict[str, Any]:
    items = [
        {"title": item.title, "icon": item.icon, "link": reverse(item.url_name)}
        | _activity(request, item)
        for item in group.items
        if not item.permission or request.user.has_perm(item.permission)
    ]
    return {"title": group.title, "items": items, "separator": bool(group.title)}


def _activity(request: HttpRequest, item: Item) -> dict[str, bool]:
    """Only the longest address that the page lies under is the active one."""
    here, match = request.path, request.resolver_match
    exact = match is not None and match.view_name == item.url_name
    below = here != reverse("admin:index") and here.startswith(reverse(item.url_name))
    return {"active": exact or (below and item.url_name != "admin:index")}
