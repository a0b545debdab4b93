"""The admin of what every site has: jobs; and how rows of one instance are shown."""

from apps.shared.core.admin.base import BoundedPaginator, InstanceAdmin
from apps.shared.core.admin.jobs import JobAdmin
from apps.shared.core.admin.lists import ListAdmin

__all__ = ["BoundedPaginator", "InstanceAdmin", "JobAdmin", "ListAdmin"]
