"""The URLs of the site Singularity."""

from apps.shared.core.urls import urlpatterns as core_urls

urlpatterns = [*core_urls]
