"""What runs by the clock: does it where it may, else says in one line why not."""

from __future__ import annotations

from django.conf import settings

from apps.shared.nats_bridge.selectors import queueing
from apps.singularity.publishing.services.messages import Told
from apps.singularity.publishing.services.statistics import statistics_report
from apps.singularity.publishing.services.sync import instance_sync
from apps.singularity.publishing.services.withdrawal import unsent_hold_back

NO_NATS = "nothing is queued: this instance has no NATS (NATS_HOST is empty)"
NO_KEY = "nothing is queued: this instance is not enrolled at a Centralcloud"
READ_ONLY = "nothing leaves but heartbeats: INSTANCE_MODE is read-only"
OFF = "nothing leaves: PUBLISH is off"
PATTERNS_ONLY = "statistics do not leave: PUBLISH is patterns"


def why_nothing() -> str:
    """Why nothing is told now; empty where it is."""
    if settings.PUBLISH == "off":
        return OFF
    if settings.INSTANCE_MODE == "read-only":
        return READ_ONLY
    if queueing():
        return ""
    return NO_NATS if settings.ENVIRONMENT.nats_mode == "isolated" else NO_KEY


def sync_due() -> tuple[Told, str]:
    """Tell what changed. Returns what was queued, and why nothing was."""
    why = why_nothing()
    if why in {"", OFF, READ_ONLY}:  # the last two take back what waits to be sent
        return instance_sync(), why
    return Told(), why


def report_due() -> str:
    """Report the statistics. Returns why they were not."""
    why = why_nothing() or (PATTERNS_ONLY if settings.PUBLISH != "all" else "")
    if not why:
        statistics_report()
    return why


def hold_back_due() -> int:
    """Take back what waits to be sent and may not leave now. Returns how many states."""
    return unsent_hold_back()
