"""Write side of the fleet."""

from apps.centralcloud.fleet.services.enrolment import (
    EnrolmentError,
    instance_enroll,
    instance_revoke,
    instance_rotate,
    name_check,
)
from apps.centralcloud.fleet.services.heartbeats import heartbeats_record

__all__ = [
    "EnrolmentError",
    "heartbeats_record",
    "instance_enroll",
    "instance_revoke",
    "instance_rotate",
    "name_check",
]
