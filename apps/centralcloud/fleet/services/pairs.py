"""Keys given to instances. Where a pair is drawn here, its seed goes to the instance alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.conf import settings

from apps.centralcloud.fleet.services.enrolment import (
    EnrolmentError,
    instance_enroll,
    instance_rotate,
)
from apps.shared.access.audit import Actor, audited
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


def key_give(
    *, verb: Literal["enroll", "rotate"], name: str, public: str, actor: Actor, **said: str
) -> Pair:
    """Enrol an instance or give it a new key, with an entry in the audit log.

    Args:
        public: its own key; where that is empty a pair is drawn.
        said: what else ``instance_enroll`` takes.

    Returns:
        The pair, whose seed is empty where the instance has its own.

    Raises:
        EnrolmentError: it cannot be done.
    """
    pair = Pair("", public) if public else pair_new()
    act = instance_enroll if verb == "enroll" else instance_rotate
    with audited(f"instance.{verb}", actor=actor, about=name, refusals=(EnrolmentError,)):
        act(name=name, public=pair.public, **said)
    return pair


def variables(name: str, seed: str) -> dict[str, str]:
    """What the operator sets at the instance."""
    return {
        "INSTANCE_ID": name,
        "INSTANCE_NKEY_SEED": seed,
        "CENTRALCLOUD_PUBLIC_KEY": settings.IDENTITY.key_made_here().public,
    }
