"""Who hears that a model was trained."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


def models_told() -> None:
    """Call what the wiring's ``AFTER_TRAINING`` names: it announces what was not announced yet."""
    path = getattr(import_module(settings.SITE_WIRING), "AFTER_TRAINING", "")
    if path:
        tell: Callable[[], Any] = import_string(path)
        tell()
