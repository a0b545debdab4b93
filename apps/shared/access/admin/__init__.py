"""The audit log, and what other apps' admins leave in it."""

from apps.shared.access.admin import entries

__all__ = ["entries"]
