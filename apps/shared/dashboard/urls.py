"""Addresses inside the admin; they come before the admin's own."""

from django.contrib import admin
from django.urls import path

from apps.shared.dashboard.views import panel

urlpatterns = [
    path("admin/panels/<slug:name>", admin.site.admin_view(panel), name="dashboard-panel"),
]
