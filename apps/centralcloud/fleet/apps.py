"""The app that knows the instances."""

from django.apps import AppConfig


class FleetConfig(AppConfig):
    """Instances, keys, heartbeats."""

    name = "apps.centralcloud.fleet"
    label = "fleet"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Fleet"
