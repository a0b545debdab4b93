"""REST routes of what the fleet knows, below ``/api/v1/``."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.centralcloud.aggregation.api import kept, views

router = SimpleRouter(trailing_slash=False)
router.register("patterns", views.PatternViewSet, basename="fleet-pattern")
router.register("architecture", views.ArchitectureViewSet, basename="fleet-architecture")
router.register("frameworks", views.FrameworkViewSet, basename="fleet-framework")
router.register("statistics/history", views.HistoryViewSet, basename="statistics-history")

urlpatterns = [
    path("patterns/ranking", kept.RankingView.as_view(), name="pattern-ranking"),
    path("fleet/matrix", kept.MatrixView.as_view(), name="fleet-matrix"),
    path("fleet/summary", kept.SummaryView.as_view(), name="instance-summary"),
    *router.urls,
]
