"""The app that mines what a code base is made of."""

from django.apps import AppConfig


class PatternsConfig(AppConfig):
    """Patterns of code and architecture, frameworks, findings."""

    name = "apps.singularity.patterns"
    label = "patterns"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "What it is made of"
