"""REST routes of messages, below ``/api/v1/``."""

from rest_framework.routers import SimpleRouter

from apps.shared.nats_bridge.api import views

router = SimpleRouter(trailing_slash=False)
router.register("dead-letters", views.DeadLetterViewSet, basename="dead-letter")
router.register("messages/out", views.MessageOutViewSet, basename="message-out")

urlpatterns = router.urls
