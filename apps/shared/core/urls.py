"""The URLs that both sites have."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

from apps.shared.core.api.accounts import AuditViewSet, LoginView, MeView, TokenViewSet
from apps.shared.core.api.events import AsyncApiView, events
from apps.shared.core.api.jobs import JobViewSet
from apps.shared.core.api.schema_view import SchemaView
from apps.shared.core.metrics.views import metrics

admin.autodiscover()

router = SimpleRouter(trailing_slash=False)
router.register("jobs", JobViewSet, basename="job")
router.register("tokens", TokenViewSet, basename="token")
router.register("audit", AuditViewSet, basename="audit-entry")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/", admin.site.urls),
    path("metrics", metrics, name="metrics"),
    path("api/events/", admin.site.admin_view(events), name="events"),
    path("api/asyncapi.json", AsyncApiView.as_view(), name="asyncapi"),
    path("api/v1/", include(router.urls)),
    path("api/v1/me", MeView.as_view(), name="me"),
    path("api/v1/login", LoginView.as_view(), name="login"),
    path("api/v1/schema", SchemaView.as_view(), name="schema"),
    path("api/v1/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
]
