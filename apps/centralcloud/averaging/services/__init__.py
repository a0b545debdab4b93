"""Write side of averaging."""

from apps.centralcloud.averaging.services.closing import Closed, round_close, rounds_due
from apps.centralcloud.averaging.services.errors import AveragingError
from apps.centralcloud.averaging.services.judging import evaluation_receive
from apps.centralcloud.averaging.services.opening import round_open
from apps.centralcloud.averaging.services.submitting import submission_receive
from apps.centralcloud.averaging.services.withdrawing import instance_remove

__all__ = [
    "AveragingError",
    "Closed",
    "evaluation_receive",
    "instance_remove",
    "round_close",
    "round_open",
    "rounds_due",
    "submission_receive",
]
