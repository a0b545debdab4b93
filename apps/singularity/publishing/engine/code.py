"""A mined code pattern as a fact of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from pydantic import ValidationError

from apps.shared.contracts.payloads import CodePatternFact
from apps.shared.contracts.payloads.code import TEMPLATE_LIMIT, SharedPatternKind
from apps.singularity.patterns.engine.changed import ChangedPattern
from apps.singularity.patterns.engine.conventions.sentences import sentence_of
from apps.singularity.patterns.engine.usage.rule import Rule
from apps.singularity.publishing.engine.canonical import CheckName, check_idiom
from apps.singularity.publishing.engine.conventions import check_convention
from apps.singularity.publishing.engine.refusal import Reason, Refused

SHARED_KINDS: tuple[str, ...] = get_args(SharedPatternKind)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said of a pattern besides its kind, language and signature."""

    template: str
    canonical: str
    occurrences: int
    files: int
    opportunities: int | None = None


def pattern_fact(row: ChangedPattern, check_name: CheckName) -> CodePatternFact:
    """What is told of a pattern.

    Raises:
        Refused: it must not leave, or cannot.
    """
    build = _BUILDERS.get(row.kind)
    if build is None:
        raise Refused(Reason.NOT_TOLD, row.kind)
    try:
        told = build(row, check_name)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise Refused(Reason.OFF_CONTRACT, f"its details lack {error}") from None
    if len(told.template) > TEMPLATE_LIMIT or len(told.canonical) > TEMPLATE_LIMIT:
        raise Refused(Reason.TOO_LONG, f"{len(told.template):,} characters")
    try:
        return CodePatternFact(
            kind=row.kind,  # type: ignore[arg-type]  # one of the builders'
            language=row.language,
            signature=row.signature,
            template=told.template,
            canonical="" if told.canonical == told.template else told.canonical,
            occurrences=told.occurrences,
            files=told.files,
            opportunities=told.opportunities,
            first_seen_at=row.first_seen_at,
        )
    except ValidationError as error:
        raise Refused(Reason.OFF_CONTRACT, error.errors(include_url=False)[0]["msg"]) from None


def _idiom(row: ChangedPattern, check_name: CheckName) -> _Told:
    canonical = row.details["canonical"]
    if len(canonical) > TEMPLATE_LIMIT:
        raise Refused(Reason.TOO_LONG, f"{len(canonical):,} characters")
    check_idiom(row.template, canonical, language=row.language, check_name=check_name)
    return _Told(row.template, canonical, row.occurrences, row.files)


def _api_set(row: ChangedPattern, check_name: CheckName) -> _Told:
    _check_calls(row, " + ", check_name)
    return _Told(row.template, row.template, row.occurrences, row.files)


def _api_order(row: ChangedPattern, check_name: CheckName) -> _Told:
    """``confidence`` is the share of those functions with all the calls that keep their order."""
    _check_calls(row, " -> ", check_name)
    applies = round(row.occurrences / row.confidence) if row.confidence else row.occurrences
    return _Told(row.template, row.template, row.occurrences, row.files, applies)


def _check_calls(row: ChangedPattern, sign: str, check_name: CheckName) -> None:
    for call in row.template.split(sign):
        check_name(call, row.language)


def _rule(row: ChangedPattern, check_name: CheckName) -> _Told:
    rule = Rule.of(row.details)
    for call in (*rule.antecedent, rule.consequent):
        check_name(call, row.language)
    if row.template != rule.sentence:
        raise Refused(Reason.OTHER_TEXT, row.template)
    return _Told(rule.sentence, rule.canonical, rule.holds, row.files, rule.applies)


def _convention(row: ChangedPattern, _check_name: CheckName) -> _Told:
    """Files are those where it is measured; no more of them can have the choice than places."""
    measure, majority = row.details["measure"], row.details["choices"][0]
    choice, count = majority["choice"], majority["count"]
    check_convention(measure, choice)
    return _Told(
        sentence_of(measure, choice),
        f"{measure}={choice}",
        count,
        min(row.files, count),
        row.details["total"],
    )


_BUILDERS = {
    "idiom": _idiom,
    "api_set": _api_set,
    "api_order": _api_order,
    "rule": _rule,
    "convention": _convention,
}
