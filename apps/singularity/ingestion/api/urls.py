"""REST routes of ingestion, below ``/api/v1/``."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.singularity.ingestion.api.views import (
    ChunkViewSet,
    CodebaseViewSet,
    DependencyViewSet,
    EncoderView,
    FileViewSet,
    SearchView,
)

router = SimpleRouter(trailing_slash=False)
router.register("codebases", CodebaseViewSet, basename="codebase")
router.register("files", FileViewSet, basename="file")
router.register("chunks", ChunkViewSet, basename="chunk")
router.register("dependencies", DependencyViewSet, basename="dependency")

urlpatterns = [
    path("search", SearchView.as_view(), name="search"),
    path("encoder", EncoderView.as_view(), name="encoder"),
    *router.urls,
]
