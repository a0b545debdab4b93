"""Remove what nobody needs any more: whoever needs bundles says so through the site's wiring.

``KEEPERS`` names functions that tell the digests which their app needs; ``STORES`` of Centralcloud,
which alone may clear stores, names the one that tells what each store is for. A keeper that fails
ends the work before anything is removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.utils.module_loading import import_string

from apps.shared.artifacts.services.local import artifacts_prune
from apps.shared.artifacts.services.sweeping import store_prune, stores_there

Keeper = Callable[[], Iterable[str]]
"""Digests of bundles that are needed on this site's disk."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What of a store is needed, and what was once; see ``store_prune``."""

    keep: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()


Needed = Callable[[], dict[str, Needs]]
"""What is needed of each store; nothing of one that is not named."""


def bundles_needed() -> set[str]:
    """Digests of the bundles that this site's apps need on its disk."""
    paths: list[str] = import_module(settings.SITE_WIRING).KEEPERS
    keepers: list[Keeper] = [import_string(path) for path in paths]
    return {digest for keeper in keepers for digest in keeper()}


def bundles_prune() -> int:
    """Remove this site's bundles that no app needs; how many."""
    return artifacts_prune(keep=bundles_needed())


def stores_prune() -> int:
    """Clear all object stores of what is not needed there; how many objects and dead uploads.

    Nothing where the wiring says of no store what it is for.

    Raises:
        ArtifactError: NATS cannot be reached.
    """
    path: str = import_module(settings.SITE_WIRING).STORES
    if not path:
        return 0
    there = stores_there()
    needed: Needed = import_string(path)
    needs = needed()
    return sum(_pruned(store, needs.get(store, Needs())) for store in there)


def _pruned(store: str, needs: Needs) -> int:
    return store_prune(store=store, keep=needs.keep, done=needs.done)
