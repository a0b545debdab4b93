"""REST routes of insights, below ``/api/v1/``."""

from django.urls import path

from apps.centralcloud.insights.api import views

urlpatterns = [
    path("insights", views.InsightsView.as_view(), name="insights"),
    path("recommendations", views.RecommendationsView.as_view(), name="recommendations"),
    path("statistics", views.StatisticsView.as_view(), name="statistics"),
]
