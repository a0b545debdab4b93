"""REST routes of mining, below ``/api/v1/``."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.singularity.patterns.api import views
from apps.singularity.patterns.api.mining import MineView

router = SimpleRouter(trailing_slash=False)
router.register("patterns", views.PatternViewSet, basename="pattern")
router.register("architecture", views.ArchitectureViewSet, basename="architecture")
router.register(
    "architecture/changes", views.ArchitectureChangeViewSet, basename="architecture-change"
)
router.register("frameworks", views.FrameworkViewSet, basename="framework")
router.register("schemas", views.DataSchemaViewSet, basename="data-schema")
router.register("findings", views.FindingViewSet, basename="finding")

urlpatterns = [
    path("architecture/graph", views.ModuleGraphView.as_view(), name="module-graph"),
    path("codebases/<int:pk>/mine", MineView.as_view(), name="codebase-mine"),
    *router.urls,
]
