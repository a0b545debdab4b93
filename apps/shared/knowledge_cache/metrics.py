"""Cached answers, counted when Prometheus asks."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apps.shared.knowledge_cache.selectors import entries_held, tallies_shown

NUMBERS = {
    "knowledge_entries": "Cached answers in the database",
    "knowledge_bytes": "Bytes of JSON of cached answers in the database",
    "knowledge_oldest_seconds": "Age of the oldest cached answer in the database",
}
FOUND = ("knowledge_answers", "Answers by kind and by where they were found", ["kind", "level"])


class KnowledgeCollector(Collector):
    """A few numbers from the database."""

    def collect(self) -> Iterator[Metric]:
        """Ask the database."""
        held = entries_held()
        age = (timezone.now() - held.oldest).total_seconds() if held.oldest else 0.0
        for (name, text), number in zip(
            NUMBERS.items(), (held.entries, held.bytes, age), strict=True
        ):
            yield GaugeMetricFamily(name, text, value=number)
        name, text, labels = FOUND
        found = CounterMetricFamily(name, text, labels=labels)
        for one in tallies_shown():
            for level in ("near", "kept", "made"):
                found.add_metric([one.kind, level], getattr(one, level))
        yield found

    def describe(self) -> Iterator[Metric]:
        """Name the metrics without asking the database, which may not be there yet."""
        for name, text in NUMBERS.items():
            yield GaugeMetricFamily(name, text)
        yield CounterMetricFamily(FOUND[0], FOUND[1], labels=FOUND[2])


def register() -> None:
    """Show them beside the metrics of the process."""
    REGISTRY.register(KnowledgeCollector())
