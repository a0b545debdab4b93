"""Filters that lists of the REST API share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField


class MomentField(IsoDateTimeField):
    """A time in ISO 8601, as UTC: PostgreSQL takes no offset of more than sixteen hours."""

    def to_python(self, value: Any) -> Any:
        """In UTC; refused where that is no year from 1 to 9999."""
        moment = super().to_python(value)
        if not isinstance(moment, datetime):
            return moment
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise ValidationError("There is no such time.") from None


class MomentFilter(filters.IsoDateTimeFilter):
    """Rows from a time on, or before it."""

    field_class = MomentField
