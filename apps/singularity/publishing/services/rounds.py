"""What the fleet asks for now, as the site's wiring knows it.

Offers are guidance's, which stands beside this app: ``ROUNDS`` of the wiring names who tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module

from django.conf import settings
from django.utils.module_loading import import_string

from apps.shared.contracts.payloads.insights import ModelReady

Asking = Callable[[], Iterable[ModelReady]]
"""The offers whose round takes submissions now."""


def rounds_asking() -> list[ModelReady]:
    """Offers with an open round; none where the wiring names nobody."""
    path = getattr(import_module(settings.SITE_WIRING), "ROUNDS", "")
    if not path:
        return []
    asking: Asking = import_string(path)
    return [offer for offer in asking() if offer.round is not None]
