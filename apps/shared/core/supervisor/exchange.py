"""One round of what bridges and schedules do all the time, in order, before anything serves."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from apps.shared.core.supervisor.preparation import run_quietly
from apps.shared.core.supervisor.programs import Site, Sites

AT_ONCE = 2


def exchange(sites: Sites) -> dict[Site, str]:
    """Instances tell, Centralcloud adds up and answers; returns what each instance was told.

    Raises:
        StartError: a step failed.
    """
    cloud = sites.centralcloud
    run_quietly(cloud, "nats_setup")
    _each(sites.instances, ["publish"], ["nats_bridge", "--once"])
    for step in (["nats_bridge", "--once"], ["publish_insights"], ["nats_bridge", "--once"]):
        run_quietly(cloud, *step)
    told = _each(sites.instances, ["nats_bridge", "--once"], ["insights"])
    return dict(zip(sites.instances, told, strict=True))


def _each(sites: Iterable[Site], *steps: list[str]) -> list[str]:
    """Go through the steps of each site, sites beside each other; what each last step said."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda site: [run_quietly(site, *step) for step in steps][-1], sites))
