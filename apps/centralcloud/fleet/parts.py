"""What other apps show on an instance's page; the site's wiring lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Part:
    """One box of an instance's page.

    Args:
        title: heading.
        template: rendered with what ``context`` returns for the instance's name.
        permission: what one needs to see it.
    """

    title: str
    template: str
    context: Callable[[str], Mapping[str, Any]]
    permission: str


def parts_of(request: Any, instance: str) -> list[tuple[str, str]]:
    """Titles and HTML of the parts that this account may see."""
    listed = vars(import_module(settings.SITE_WIRING)).get("INSTANCE_PARTS", ())
    parts: list[Part] = [import_string(path) for path in listed]
    return [
        (one.title, render_to_string(one.template, dict(one.context(instance)), request))
        for one in parts
        if request.user.has_perm(one.permission)
    ]
