"""Jobs of this instance by kind and state, counted when Prometheus asks."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apps.shared.core.models import Job


class JobCollector(Collector):
    """One row of numbers from the database for each kind and state."""

    def collect(self) -> Iterator[Metric]:
        """Count the jobs of this instance."""
        gauge = GaugeMetricFamily("jobs", "Jobs of this instance", labels=["kind", "state"])
        rows = Job.objects.filter(instance=settings.INSTANCE_ID).order_by()
        for row in rows.values("kind", "state").annotate(count=Count("id")):
            gauge.add_metric([row["kind"], row["state"]], row["count"])
        yield gauge

    def describe(self) -> Iterator[Metric]:
        """Name the metric without asking the database, which may not be there yet."""
        yield GaugeMetricFamily("jobs", "Jobs of this instance", labels=["kind", "state"])


def register() -> None:
    """Show the jobs beside the metrics of the process."""
    REGISTRY.register(JobCollector())
