"""Moments as people read them, for panels and pages."""

from apps.shared.core.times import ago, distance

__all__ = ["ago", "distance"]
