"""REST routes of copies, below ``/api/v1/``."""

from django.urls import path

from apps.shared.knowledge_cache.api.copies import CopiesView

urlpatterns = [path("knowledge/<slug:kind>", CopiesView.as_view(), name="knowledge-copies")]
