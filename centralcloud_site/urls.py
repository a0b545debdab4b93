"""The URLs of the site Centralcloud."""

from apps.shared.core.urls import urlpatterns as core_urls
from apps.shared.dashboard.urls import urlpatterns as dashboard_urls

urlpatterns = [*dashboard_urls, *core_urls]
