"""Averaging in the admin: families, rounds, submissions, aggregates, and who wins where."""

from apps.centralcloud.averaging.admin.aggregates import AggregateAdmin
from apps.centralcloud.averaging.admin.evaluations import EvaluationAdmin
from apps.centralcloud.averaging.admin.families import FamilyAdmin
from apps.centralcloud.averaging.admin.rounds import RoundAdmin
from apps.centralcloud.averaging.admin.submissions import SubmissionAdmin

__all__ = ["AggregateAdmin", "EvaluationAdmin", "FamilyAdmin", "RoundAdmin", "SubmissionAdmin"]
