"""REST routes of what the fleet knows, below ``/api/v1/``."""

from rest_framework.routers import SimpleRouter

from apps.centralcloud.aggregation.api import views

router = SimpleRouter(trailing_slash=False)
router.register("patterns", views.PatternViewSet, basename="fleet-pattern")
router.register("architecture", views.ArchitectureViewSet, basename="fleet-architecture")
router.register("frameworks", views.FrameworkViewSet, basename="fleet-framework")

urlpatterns = router.urls
