"""Celery beat over the database, where the admin's edits stay."""

from typing import Any

from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler


class SiteScheduler(DatabaseScheduler):
    """Writes the wiring's entries once; from then on the row in the database decides.

    The scheduler it extends writes them again at every start, over what a person had changed,
    and lets a new entry wait for its first interval: here it is due when it is written.
    """

    def update_from_dict(self, mapping: dict[str, Any]) -> None:
        """Add the entries that the database does not have yet."""
        rows = PeriodicTask.objects.filter(name__in=mapping)
        known = set(rows.values_list("name", flat=True))
        # An entry with a start time counts as never run (django-celery-beat, ModelEntry).
        start = {"start_time": timezone.now()}
        super().update_from_dict(
            {name: fields | start for name, fields in mapping.items() if name not in known}
        )
