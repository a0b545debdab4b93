"""REST routes of insights, below ``/api/v1/``."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.centralcloud.insights.api import told, views

router = SimpleRouter(trailing_slash=False)
router.register("insights/told", told.InsightViewSet, basename="told-insight")
router.register("recommendations/told", told.RecommendationViewSet, basename="told-recommendation")

urlpatterns = [
    *router.urls,
    path("insights", views.InsightsView.as_view(), name="insights"),
    path("recommendations", views.RecommendationsView.as_view(), name="recommendations"),
    path("statistics", views.StatisticsView.as_view(), name="statistics"),
]
