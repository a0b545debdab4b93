"""The app of averaging."""

from django.apps import AppConfig


class AveragingConfig(AppConfig):
    """Rounds and aggregate models."""

    name = "apps.centralcloud.averaging"
    label = "averaging"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Averaging"
