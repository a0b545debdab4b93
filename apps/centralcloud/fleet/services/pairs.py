"""Key pairs that are drawn here for an instance: the seed goes to it, and is kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from apps.shared.contracts.nkeys import NKey, seed_new


@dataclass(frozen=True, slots=True)
class Pair:
    """A key pair on its way to its owner."""

    seed: str
    public: str


def pair_new() -> Pair:
    """A key pair that nobody has yet."""
    seed = seed_new()
    return Pair(seed, NKey.from_seed(seed).public)


def variables(name: str, seed: str) -> dict[str, str]:
    """What the operator sets at the instance."""
    return {
        "INSTANCE_ID": name,
        "INSTANCE_NKEY_SEED": seed,
        "CENTRALCLOUD_PUBLIC_KEY": settings.IDENTITY.key_made_here().public,
    }
