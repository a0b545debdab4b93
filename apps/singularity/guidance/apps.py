"""The app that keeps what the fleet tells."""

from django.apps import AppConfig


class GuidanceConfig(AppConfig):
    """Insights and recommendations of the fleet."""

    name = "apps.singularity.guidance"
    label = "guidance"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "From the fleet"
