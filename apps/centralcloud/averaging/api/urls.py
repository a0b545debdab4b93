"""REST routes of averaging, below ``/api/v1/``."""

from rest_framework.routers import SimpleRouter

from apps.centralcloud.averaging.api import views

router = SimpleRouter(trailing_slash=False)
router.register("models", views.AggregateViewSet, basename="aggregate-model")
router.register("rounds", views.RoundViewSet, basename="averaging-round")
router.register("evaluations", views.EvaluationViewSet, basename="model-evaluation")

urlpatterns = router.urls
