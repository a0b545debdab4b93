"""What instances ask about packages.

They hear of packages that are shown and of those that they declare themselves, in counts: never
who else has them.
"""

from __future__ import annotations

from apps.centralcloud.package_sync.selectors.answering import package_answer, packages_answer
from apps.centralcloud.package_sync.selectors.naming import NotThere
from apps.centralcloud.package_sync.selectors.wanted import Wanted
from apps.shared.contracts.payloads.queries import PackagesAnswer, PackagesQuery
from apps.shared.nats_bridge.services.answering import QuestionRefused


def packages(query: PackagesQuery, *, instance: str) -> PackagesAnswer:
    """``centralcloud.query.packages``.

    Raises:
        QuestionRefused: an ecosystem or a language is asked for that there is none of.
    """
    if query.package is not None:
        return package_answer(query.package, audience=instance, instance=instance)
    own = query.mine or query.vulnerable or query.deprecated or query.outdated
    wanted = Wanted(
        words=query.words,
        ecosystem=query.ecosystem,
        implemented_in=query.implemented_in or "",
        licence=query.licence,
        used_by=instance if own else "",
        vulnerable=query.vulnerable,
        deprecated=query.deprecated,
        outdated=query.outdated,
        audience=instance,
    )
    try:
        return packages_answer(wanted, limit=query.limit, instance=instance)
    except NotThere as error:
        raise QuestionRefused(400, str(error)) from None
