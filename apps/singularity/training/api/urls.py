"""REST routes of training, below ``/api/v1/``."""

from rest_framework.routers import SimpleRouter

from apps.singularity.training.api.views import ModelViewSet, RunViewSet

router = SimpleRouter(trailing_slash=False)
router.register("training/runs", RunViewSet, basename="training-run")
router.register("models", ModelViewSet, basename="model")

urlpatterns = router.urls
