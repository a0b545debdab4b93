"""REST routes of the egress ledger, below ``/api/v1/``."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.singularity.publishing.api import views

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("egress", views.EgressViewSet, basename="egress")

urlpatterns = [
    path("egress/totals", views.TotalsView.as_view(), name="egress-totals"),
    *router.urls,
]
