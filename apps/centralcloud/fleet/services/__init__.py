"""Write side of the fleet."""

from apps.centralcloud.fleet.services.enrolment import (
    EnrolmentError,
    instance_enroll,
    instance_revoke,
    instance_rotate,
    name_check,
)
from apps.centralcloud.fleet.services.heartbeats import heartbeats_record
from apps.centralcloud.fleet.services.nats_users import nats_users, nats_users_write
from apps.centralcloud.fleet.services.withdrawal import instance_withdraw

__all__ = [
    "EnrolmentError",
    "heartbeats_record",
    "instance_enroll",
    "instance_revoke",
    "instance_rotate",
    "instance_withdraw",
    "name_check",
    "nats_users",
    "nats_users_write",
]
