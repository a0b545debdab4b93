"""An hour without NATS: learning goes on, what waits is bounded, and all of it arrives."""

from __future__ import annotations

from tests.common.bookkeeping import settled
from tests.common.federation import Federation, Site

SYNCS = 12
"""Every five minutes for an hour."""
FACTS = 30
_MESSAGES = "SELECT count(*) FROM nats_bridge_outboxmessage WHERE sent_at IS NULL"
_STATES = "SELECT count(DISTINCT state_key) FROM nats_bridge_outboxmessage WHERE sent_at IS NULL"
_FACTS_WAITING = """
    SELECT coalesce(sum(coalesce((fields ->> 'patterns')::int, 0)
        + coalesce((fields ->> 'withdrawn')::int, 0)), 0)
    FROM nats_bridge_outboxmessage WHERE sent_at IS NULL AND subject LIKE '%%code.pattern%%'
"""
_PATTERNS = "SELECT count(*) FROM patterns_codepattern"


def test_an_hour_without_nats_loses_nothing_and_fills_nothing(fleet: Federation) -> None:
    alpha = fleet.instances[0]
    fleet.sync()
    assert not settled(fleet)
    nats = fleet.servers.nats.process()
    assert nats is not None
    nats.suspend()  # it takes connections and says nothing, which is worse than being away
    try:
        waiting = [an_hour_passes(alpha, seed) for seed in range(2)]
    finally:
        fleet.server_kill(fleet.servers.nats)  # and with it all that it had not written
    assert waiting[0] > 0
    assert waiting[1] == waiting[0]
    fleet.sync()
    assert not settled(fleet), fleet.said()


def an_hour_passes(site: Site, hour: int) -> int:
    """Mine and tell, again and again; returns of how many states something waits in the end.

    Of a state one message waits, beside the one that the bridge has in its hands meanwhile.
    """
    for number in range(SYNCS):
        site.learner.ask("change", seed=100 * hour + number, facts=FACTS, codebases=2)
        assert site.learner.ask("sync")["messages"] > 0
        assert site.number(_FACTS_WAITING) <= 2 * site.number(_PATTERNS)
    states = site.number(_STATES)
    assert site.number(_MESSAGES) <= 2 * states
    return states
