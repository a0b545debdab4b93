"""REST routes of guidance, below ``/api/v1/``."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.singularity.guidance.api import advisories, statistics, views

router = SimpleRouter(trailing_slash=False)
router.register("insights", views.InsightViewSet, basename="insight")
router.register("advisories", advisories.AdvisoryViewSet, basename="advisory")
router.register("fleet/models", views.ModelOfferViewSet, basename="fleet-model")
router.register("fleet/facts", views.SharedFactViewSet, basename="fleet-fact")

urlpatterns = [
    path("statistics", statistics.StatisticsView.as_view(), name="statistics"),
    path("fleet/statistics", views.FleetStatisticsView.as_view(), name="fleet-statistics"),
    *router.urls,
]
