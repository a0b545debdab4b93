"""Celery beat over the database, where the admin's edits stay."""

from typing import Any

from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler


class SiteScheduler(DatabaseScheduler):
    """Writes the wiring's entries once; from then on the row in the database decides.

    The scheduler it extends writes them again at every start, over what a person had changed.
    """

    def update_from_dict(self, mapping: dict[str, Any]) -> None:
        """Add the entries that the database does not have yet."""
        known = set(PeriodicTask.objects.filter(name__in=mapping).values_list("name", flat=True))
        super().update_from_dict({k: v for k, v in mapping.items() if k not in known})
