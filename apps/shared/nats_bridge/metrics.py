"""Messages of this site, counted when Prometheus asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Count, Sum
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apps.shared.nats_bridge.models import DeadLetter, Refusals
from apps.shared.nats_bridge.selectors import Traffic, traffic

NUMBERS = {
    "bridge_connected": "Whether a bridge of this site runs and is connected to NATS",
    "bridge_pending": "Messages in the stream that are not yet applied",
    "outbox_unsent": "Messages that wait to be sent",
    "outbox_oldest_seconds": "Age of the oldest message that waits to be sent",
    "outbox_set_aside": "Messages that can never be sent as they are",
}
DEAD = ("dead_letters", "Messages set aside and not replayed", ["reason"])
REFUSED = ("messages_refused_today", "Messages refused today, kept or not", ["reason"])


class BridgeCollector(Collector):
    """A few numbers from the database."""

    def collect(self) -> Iterator[Metric]:
        """Ask the database."""
        for name, number in _numbers(traffic()).items():
            yield GaugeMetricFamily(name, NUMBERS[name], value=number)  # none where it is None
        name = settings.IDENTITY.name
        dead = DeadLetter.objects.filter(receiver=name, replayed_at=None).order_by()
        yield _by_reason(DEAD, dead.values_list("reason").annotate(number=Count("id")))
        refused = Refusals.objects.filter(receiver=name, day=timezone.now().date()).order_by()
        yield _by_reason(REFUSED, refused.values_list("reason").annotate(number=Sum("count")))

    def describe(self) -> Iterator[Metric]:
        """Name the metrics without asking the database, which may not be there yet."""
        for name, text in NUMBERS.items():
            yield GaugeMetricFamily(name, text)
        for name, text, labels in (DEAD, REFUSED):
            yield GaugeMetricFamily(name, text, labels=labels)


def register() -> None:
    """Show them beside the metrics of the process."""
    REGISTRY.register(BridgeCollector())


def _numbers(now: Traffic) -> dict[str, float | None]:
    age = timezone.now() - now.oldest_unsent if now.oldest_unsent else None
    return {
        "bridge_connected": float(now.connected),
        "bridge_pending": now.pending,
        "outbox_unsent": float(now.unsent),
        "outbox_oldest_seconds": age.total_seconds() if age else 0.0,
        "outbox_set_aside": float(now.set_aside_out),
    }


def _by_reason(
    metric: tuple[str, str, list[str]], rows: Iterable[tuple[str, int]]
) -> GaugeMetricFamily:
    name, text, labels = metric
    gauge = GaugeMetricFamily(name, text, labels=labels)
    for reason, number in rows:
        gauge.add_metric([reason], number)
    return gauge
