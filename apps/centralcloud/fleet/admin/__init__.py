"""Admin pages of the fleet."""

from apps.centralcloud.fleet.admin.instances import FleetInstanceAdmin
from apps.centralcloud.fleet.admin.keys import KeyAdmin

__all__ = ["FleetInstanceAdmin", "KeyAdmin"]
