"""The architecture of a code base: drawn, judged, measured, and what changed in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.utils.safestring import mark_safe

from apps.singularity.patterns.admin.pages import CodebasePageAdmin
from apps.singularity.patterns.models import ArchitectureChange, ArchitecturePattern
from apps.singularity.patterns.selectors import holding, module_graph, own

COMPONENTS_SHOWN = 200
CYCLES_SHOWN = 20
CHANGES_SHOWN = 30
ENTRIES_SHOWN = 12


@admin.register(ArchitecturePattern)
class ArchitectureAdmin(CodebasePageAdmin):
    """How a code base is built."""

    page_title = "Architecture"
    page_template = "patterns/architecture.html"

    def page_context(self, codebase: Any) -> Mapping[str, Any]:
        """Patterns, drawing, cycles, components, drift."""
        stored = module_graph(codebase=codebase)
        changes = own(ArchitectureChange).filter(codebase=codebase)
        return {
            "patterns": list(holding(ArchitecturePattern).filter(codebase=codebase)),
            "changes": list(changes[:CHANGES_SHOWN]),
            # drawn by our own engine, which escapes the names in it
            "drawing": mark_safe(stored.drawing) if stored else "",  # noqa: S308
            **(_graph(stored.graph) if stored else {}),
        }


def _graph(graph: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows of a module graph, the rest as numbers."""
    components = sorted(graph["components"], key=lambda part: (-part["layer"], part["path"]))
    entries = [part for part in graph["modules"] if part["entry_line"] and not part["is_test"]]
    return {
        "components": components[:COMPONENTS_SHOWN],
        "components_all": len(components),
        "components_more": len(components) - COMPONENTS_SHOWN,
        "modules": len(graph["modules"]),
        "dependencies": len(graph["component_dependencies"]),
        "cycles": graph["cycles"][:CYCLES_SHOWN],
        "cycles_more": len(graph["cycles"]) - CYCLES_SHOWN,
        "deferred_cycles": len(graph["deferred_cycles"]),
        "violations": graph["violations"][:CYCLES_SHOWN],
        "entries": entries[:ENTRIES_SHOWN],
        "entries_more": len(entries) - ENTRIES_SHOWN,
    }
