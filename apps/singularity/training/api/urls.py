"""REST routes of training, below ``/api/v1/``."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.singularity.training.api.suggestions import SurpriseView
from apps.singularity.training.api.views import ModelViewSet, RunViewSet

router = SimpleRouter(trailing_slash=False)
router.register("training/runs", RunViewSet, basename="training-run")
router.register("models", ModelViewSet, basename="model")

urlpatterns = [
    path("suggestions/surprise", SurpriseView.as_view(), name="surprise"),
    *router.urls,
]
