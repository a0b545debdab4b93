"""The frame of the dashboard: panels, each in a box of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

log = structlog.get_logger(__name__)
T = TypeVar("T")

Context = Callable[[HttpRequest], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Panel:
    """One box of the dashboard.

    Args:
        name: names it in addresses.
        title: heading; empty for a panel that needs none.
        template: rendered with what ``context`` returns; nothing comes of an empty context.
        width: columns of twelve on a wide screen.
        live: whether it asks for itself again, often while a job runs.
        later: whether it is asked for once the page is there, so that the page need not wait.
    """

    name: str
    title: str
    template: str
    context: Context
    width: int = 12
    live: bool = False
    later: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """A panel's inner HTML, or the error that it ended in, and the seconds that it took."""

    panel: Panel
    html: str
    error: str
    seconds: float


def panels() -> list[Panel]:
    """The site's panels, as its wiring lists them."""
    return [import_string(path) for path in import_module(settings.SITE_WIRING).PANELS]


def panel_render(panel: Panel, request: HttpRequest) -> Rendered:
    """Render a panel; an error stays in its box, is logged, and spoils no transaction."""
    started, html, problem = time.monotonic(), "", ""
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            context = panel.context(request)
            html = render_to_string(panel.template, dict(context), request) if context else ""
    except Exception as error:
        log.exception("panel.failed", panel=panel.name)
        problem = f"{type(error).__name__}: {error}"
    return Rendered(panel, html, problem, time.monotonic() - started)


def once(request: HttpRequest, key: str, compute: Callable[[], T]) -> T:
    """What ``compute`` returns, worked out once a request, for panels that share it."""
    shared: dict[str, T] = request.__dict__.setdefault("_dashboard", {})
    if key not in shared:
        shared[key] = compute()
    return shared[key]
