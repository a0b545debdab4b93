"""The URLs of the site Singularity."""

from django.urls import include, path

from apps.shared.core.urls import urlpatterns as core_urls
from apps.shared.dashboard.urls import urlpatterns as dashboard_urls

urlpatterns = [
    *dashboard_urls,
    *core_urls,
    path("api/v1/", include("apps.singularity.ingestion.api.urls")),
    path("api/v1/", include("apps.singularity.patterns.api.urls")),
    path("api/v1/", include("apps.singularity.training.api.urls")),
    path("api/v1/", include("apps.singularity.publishing.api.urls")),
    path("api/v1/", include("apps.singularity.guidance.api.urls")),
    path("api/v1/", include("apps.shared.knowledge_cache.api.urls")),
    path("api/v1/", include("apps.shared.nats_bridge.api.urls")),
]

handler400 = "apps.shared.core.api.errors.bad_request"
handler404 = "apps.shared.core.api.errors.not_found"
handler500 = "apps.shared.core.api.errors.server_error"
