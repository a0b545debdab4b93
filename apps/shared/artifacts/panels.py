"""Bundles in the sidebar."""

from __future__ import annotations

from apps.shared.dashboard.sidebar import Group, Item

SIDEBAR = Group(
    "Model files",
    (
        Item(
            "Bundles on disk",
            "deployed_code",
            "admin:artifacts_artifact_changelist",
            "artifacts.view_artifact",
        ),
    ),
)
