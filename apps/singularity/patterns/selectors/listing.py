"""Code patterns by filters, and one by its signature."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from apps.singularity.patterns.models import CodePattern, PatternSupport


class UnknownSignature(Exception):
    """No pattern of the instance has this signature."""


@dataclass(frozen=True, slots=True)
class PatternFilters:
    """What a list is limited to; empty values let everything pass. Code bases by id."""

    codebases: tuple[int, ...] = ()
    kind: str = ""
    language: str = ""
    words: str = ""


def patterns_listed(*, instance: str, filters: PatternFilters) -> QuerySet[CodePattern]:
    """The patterns that hold, the best of each kind and language first."""
    rows = CodePattern.objects.filter(instance=instance, withdrawn_at=None)
    if filters.codebases:
        rows = rows.filter(codebase__in=filters.codebases)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.language:
        rows = rows.filter(language=filters.language)
    for word in filters.words.split():
        rows = rows.filter(template__icontains=word)
    return rows.select_related("codebase").order_by("rank", "-score", "id")


def pattern_rows(*, instance: str, signature: str) -> list[CodePattern]:
    """A pattern in each code base that has it, with the course of its support.

    A beginning of the signature will do when it fits one pattern alone.

    Raises:
        UnknownSignature: none or several fit.
    """
    rows = CodePattern.objects.filter(instance=instance, signature__startswith=signature)
    found = sorted(set(rows.values_list("signature", flat=True)[:3]))
    if len(found) != 1:
        fits = "several patterns begin" if found else "no pattern begins"
        raise UnknownSignature(f"{fits} with {signature!r}: `manage.py patterns` lists them")
    course = Prefetch("history", PatternSupport.objects.order_by("revision"))
    return list(rows.select_related("codebase").prefetch_related(course).order_by("codebase__name"))
