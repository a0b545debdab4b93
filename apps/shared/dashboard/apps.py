"""Django's registration of the dashboard app."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """The admin index, the frame and the charts that panels use."""

    name = "apps.shared.dashboard"
    label = "dashboard"
    verbose_name = "Dashboard"
