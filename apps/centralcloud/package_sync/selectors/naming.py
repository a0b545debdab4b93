"""Names that are asked by, against those that there are."""

from __future__ import annotations

from apps.centralcloud.package_sync.models import Implementation, ReadCodebase
from apps.centralcloud.package_sync.selectors.listing import (
    ecosystems_known,
    instances_known,
    languages_known,
)
from apps.centralcloud.package_sync.selectors.wanted import Wanted, packages_visible
from apps.shared.packages.spelling import ecosystem_named, language_named, none_such


class NotThere(ValueError):
    """Asked by a name that stands for nothing; the text is one line that says which there are."""


def names_check(wanted: Wanted) -> None:
    """See that there is what is asked by: an index is asked for each name.

    Those there are, are looked up only where one is not; who asks is told of none but those of
    packages that it may hear of. An instance that asks for its own packages may have none.

    Raises:
        NotThere: with those there are.
    """
    _ecosystem_check(wanted)
    _language_check(wanted)
    name = wanted.used_by
    if name in {"", wanted.audience} or ReadCodebase.objects.filter(instance=name).exists():
        return
    raise NotThere(none_such("instance", name, instances_known()))


def _ecosystem_check(wanted: Wanted) -> None:
    name = ecosystem_named(wanted.ecosystem)
    if name and not packages_visible(wanted.audience).filter(ecosystem=name).exists():
        there = ecosystems_known(audience=wanted.audience)
        raise NotThere(none_such("ecosystem", wanted.ecosystem, there))


def _language_check(wanted: Wanted) -> None:
    name, rows = language_named(wanted.implemented_in), Implementation.objects.order_by()
    if wanted.audience is not None:
        rows = rows.filter(package__in=packages_visible(wanted.audience).order_by().values("pk"))
    if name and not rows.filter(language=name).exists():
        there = languages_known(audience=wanted.audience)
        raise NotThere(none_such("language", wanted.implemented_in, there))
