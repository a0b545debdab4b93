"""What more and more instances have, what fewer and fewer have, and what is new."""

from __future__ import annotations

from dataclasses import dataclass

from apps.centralcloud.insights.engine.insight import Evidence, Insight, in_words, score_of
from apps.centralcloud.insights.engine.statistics import wilson_lower

LEAST = 2
"""Instances by which a fact rises or falls, at least."""
CERTAIN = 0.5
"""Joining outweighs leaving where the lower bound of its share is above this: a sign test."""


@dataclass(frozen=True, slots=True)
class Course:
    """A fact over the last four weeks: who has it now, who came to it, who left it.

    ``joined`` counts those that were in the fleet before: one that grows makes nothing rise.
    """

    fact: int
    label: str
    instances: int
    eligible: int
    joined: int
    left: int
    is_new: bool


def course_insight(course: Course) -> Insight | None:
    """The one thing to tell of a course, if any: new goes before rising."""
    if course.is_new:
        return _told("new", course, "The fleet has {label} for less than four weeks: {now}.", 1.0)
    before = max(course.instances - course.joined + course.left, 1)
    if _outweighs(course.joined, course.left):
        return _told(
            "rising", course, "{joined} took up {label} in four weeks, {left} gave it up: {now}.",
            course.instances / before,
        )  # fmt: skip
    if _outweighs(course.left, course.joined):
        return _told(
            "falling", course, "{left} gave up {label} in four weeks, {joined} took it up: {now}.",
            before / max(course.instances, 1),
        )  # fmt: skip
    return None


def _outweighs(more: int, less: int) -> bool:
    return more - less >= LEAST and float(wilson_lower(more, more + less)) > CERTAIN


def _told(kind: str, course: Course, sentence: str, lift: float) -> Insight:
    confidence = float(wilson_lower(course.instances, course.eligible))
    now = f"{course.instances:,} of {in_words(course.eligible, 'instance')} have it now"
    return Insight(
        kind=kind,
        fact=course.fact,
        reason=sentence.format(
            label=course.label,
            now=now,
            joined=in_words(course.joined, "instance"),
            left=f"{course.left:,}" if kind == "rising" else in_words(course.left, "instance"),
        ),
        score=score_of(confidence, lift),
        evidence=Evidence(
            having=course.instances,
            of=course.eligible,
            share=course.instances / max(course.eligible, 1),
            confidence=confidence,
            among="instances that could have it",
        ),
    )
