"""Packages by what is asked of them: filters that the page, the API, commands and NATS share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from apps.centralcloud.package_sync.engine.words import words_asked
from apps.centralcloud.package_sync.models import Implementation, Package, Use
from apps.shared.packages.spelling import ecosystem_named, language_named

_VULNERABLE = Q(
    versions__version__affected__isnull=False,
    versions__version__affected__affected__advisory__withdrawn_at=None,
)
_OUTDATED = Q(versions__behind__gt=0)
_OBSOLETE = Q(package__deprecated__gt="") | Q(versions__version__deprecated__gt="")
RANKED = 2_000
"""Packages that are ranked by how well words fit; of more, those of most instances come first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which packages are asked for; what is empty asks nothing.

    All ``words`` are beginnings of words of the name, the keywords or the summary. Ecosystems and
    languages may be written as people do: ``PyPI``, ``C++``. ``licence`` is an SPDX identifier that
    the licence's expression names. ``used_by`` is an instance;
    ``vulnerable``, ``deprecated`` and ``outdated`` speak of the versions that it has, without it
    of those that anybody has. ``audience`` is the instance that asks: it sees what is shown, and
    what it declares itself. Without one, all is seen.
    """

    words: str = ""
    ecosystem: str = ""
    implemented_in: str = ""
    licence: str = ""
    used_by: str = ""
    vulnerable: bool = False
    deprecated: bool = False
    outdated: bool = False
    audience: str | None = None


def packages_wanted(wanted: Wanted) -> QuerySet[Package]:
    """Those that are asked for, the ones that most instances use first."""
    rows = packages_visible(wanted.audience).order_by("-instances", "id")
    if wanted.ecosystem:
        rows = rows.filter(ecosystem=ecosystem_named(wanted.ecosystem))
    if wanted.licence:
        rows = rows.filter(licence_ids__contains=[wanted.licence])
    if wanted.implemented_in:
        named = Implementation.objects.filter(language=language_named(wanted.implemented_in))
        rows = rows.filter(pk__in=named.order_by().values("package"))
    rows = _used(rows, wanted)
    return rows.filter(words=_query(wanted.words)) if wanted.words.strip() else rows


def packages_ranked(wanted: Wanted, *, limit: int) -> tuple[list[int], int]:
    """Ids of the best ones, and how many there are.

    With words: one of exactly that name first, then those whose name begins so, then those that
    most instances use, then those whose words fit best (``ts_rank``).
    """
    rows = packages_wanted(wanted)
    total = rows.count()
    if wanted.words.strip():
        rank: Any = SearchRank(F("words"), _query(wanted.words)) if total <= RANKED else Value(0.0)
        rows = rows.annotate(nearness=_nearness(wanted.words), rank=rank).order_by(
            "nearness", "-instances", "-rank", "id"
        )
    return list(rows.values_list("pk", flat=True)[:limit]), total


def packages_visible(audience: str | None) -> QuerySet[Package]:
    """What an instance may hear of: what is shown, and what it declares itself. None sees all."""
    if audience is None:
        return Package.objects.all()
    own = Use.objects.filter(instance=audience).order_by().values("package")
    return Package.objects.filter(Q(shown=True) | Q(pk__in=own))


def _used(rows: QuerySet[Package], wanted: Wanted) -> QuerySet[Package]:
    """Those that are used as it is asked."""
    uses = Use.objects.filter(instance=wanted.used_by).order_by()
    if wanted.used_by:
        rows = rows.filter(pk__in=uses.values("package"))
    for asked, kept, of_use in (
        (wanted.vulnerable, Q(vulnerable=True), _VULNERABLE),
        (wanted.outdated, Q(outdated=True), _OUTDATED),
        (wanted.deprecated, Q(obsolete=True), _OBSOLETE),
    ):
        if asked:
            own = Q(pk__in=uses.filter(of_use).values("package"))
            rows = rows.filter(own if wanted.used_by else kept)
    return rows


def _query(words: str) -> SearchQuery:
    """All words, each as the beginning of one. What has no letter and no digit finds nothing."""
    raw = " & ".join(f"{word}:*" for word in words_asked(words))
    return SearchQuery(raw, config="simple", search_type="raw")


def _nearness(words: str) -> Case:
    """0: that very name, also with its namespace or with blanks for hyphens; 1: its beginning."""
    namespace, _, name = words.strip().rpartition("/")
    names = Q(name__iexact=name) | Q(name__iexact="-".join(words_asked(name)))
    exact = names & Q(namespace__iexact=namespace) if namespace else names
    return Case(
        When(exact, then=0),
        When(Q(name__istartswith=name), then=1),
        default=2,
        output_field=IntegerField(),
    )
