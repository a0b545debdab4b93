"""The app that finds insights."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """Insights, recommendations, answers."""

    name = "apps.centralcloud.insights"
    label = "insights"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Insights"
