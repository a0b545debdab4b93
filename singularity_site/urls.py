"""The URLs of the site Singularity."""

from django.urls import include, path

from apps.shared.core.urls import urlpatterns as core_urls

urlpatterns = [*core_urls, path("api/v1/", include("apps.singularity.ingestion.api.urls"))]
