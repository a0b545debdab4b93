"""One round of what bridges and schedules do all the time, in order, before anything serves."""

from apps.shared.core.supervisor.preparation import run_each, run_quietly
from apps.shared.core.supervisor.programs import Site, Sites


def exchange(sites: Sites) -> dict[Site, str]:
    """Instances tell, Centralcloud adds up and answers; returns what each instance was told.

    Raises:
        StartError: a step failed.
    """
    cloud = sites.centralcloud
    run_quietly(cloud, "nats_setup")
    run_each(sites.instances, ["publish"], ["nats_bridge", "--once"])
    for step in (["nats_bridge", "--once"], ["publish_insights"], ["nats_bridge", "--once"]):
        run_quietly(cloud, *step)
    told = run_each(sites.instances, ["nats_bridge", "--once"], ["insights"])
    return dict(zip(sites.instances, told, strict=True))
