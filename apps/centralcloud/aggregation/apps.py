"""The app that adds up what instances share."""

from django.apps import AppConfig


class AggregationConfig(AppConfig):
    """Contributions and what they add up to."""

    name = "apps.centralcloud.aggregation"
    label = "aggregation"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "What the fleet knows"
