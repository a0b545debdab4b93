"""The component graph as a picture."""

from __future__ import annotations

from apps.singularity.patterns.engine.architecture.drawing.svg import drawing_of

__all__ = ["drawing_of"]
