"""REST routes of the fleet, below ``/api/v1/``."""

from rest_framework.routers import SimpleRouter

from apps.centralcloud.fleet.api.views import InstanceViewSet

router = SimpleRouter(trailing_slash=False)
router.register("instances", InstanceViewSet, basename="instance")
urlpatterns = router.urls
