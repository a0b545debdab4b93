"""What must not be applied is set aside, counted and seen, and leaves the rest alone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from apps.shared.contracts.errors import Reason
from apps.shared.contracts.event import LARGEST_MESSAGE
from apps.shared.contracts.nkeys import NKey
from tests.common.bookkeeping import contributed, settled
from tests.common.events import SUBJECT, key_new, learned, pattern
from tests.common.federation import Federation, Site
from tests.common.intruder import Intruder, Wire, key_of, said, signed
from tests.common.processes import eventually

ALPHA, BETA = "/instances/alpha", "/instances/beta"
_SET_ASIDE = "SELECT reason FROM nats_bridge_deadletter WHERE stream = %s AND sequence = %s"
_REFUSED = "SELECT coalesce(sum(count), 0) FROM nats_bridge_refusals WHERE reason = %s"
_KEPT = "SELECT count(*) FROM nats_bridge_deadletter WHERE reason = %s"
_APPLIED = "SELECT count(*) FROM nats_bridge_inboxmessage WHERE subject <> %s"
_BEATS = "intelligence.instance.heartbeat"


def facts(**fields: Any) -> bytes:
    """A message of patterns in which something is changed."""
    message = json.loads(learned(pattern()).model_dump_json(exclude_defaults=True))
    return json.dumps(message | fields).encode()


def forged(key: NKey) -> Wire:
    return said(learned(pattern()), source=ALPHA, key=key_new())


def of_another(key: NKey) -> Wire:
    return said(learned(pattern()), source=BETA, key=key)


def changed(key: NKey) -> Wire:
    return dataclasses.replace(said(learned(pattern()), source=ALPHA, key=key), data=facts())


def as_centralcloud(key: NKey) -> Wire:
    return signed(SUBJECT, "/centralcloud", key, facts())


def without_headers(key: NKey) -> Wire:
    return Wire(SUBJECT, {}, facts())


def garbage(key: NKey) -> Wire:
    return signed(SUBJECT, ALPHA, key, b"\x00\xff" * 40)


def with_a_path(key: NKey) -> Wire:
    return signed(SUBJECT, ALPHA, key, facts(path="/home/me/secret.py"))


def of_another_signature(key: NKey) -> Wire:
    fact = json.loads(pattern().model_dump_json()) | {"template": "os.system($A)"}
    return signed(SUBJECT, ALPHA, key, facts(patterns=[fact]))


def oversized(key: NKey) -> Wire:
    wire = said(learned(pattern()), source=ALPHA, key=key)
    return dataclasses.replace(wire, data=b" " * (LARGEST_MESSAGE + 1))


HOSTILE: list[tuple[Callable[[NKey], Wire], Reason]] = [
    (forged, Reason.FORGED),
    (of_another, Reason.FORGED),
    (changed, Reason.FORGED),
    (as_centralcloud, Reason.NOT_ALLOWED),
    (without_headers, Reason.NOT_AN_EVENT),
    (garbage, Reason.WRONG_SCHEMA),
    (with_a_path, Reason.WRONG_SCHEMA),
    (of_another_signature, Reason.WRONG_SCHEMA),
    (oversized, Reason.TOO_LARGE),
]


@pytest.mark.parametrize(("make", "reason"), HOSTILE, ids=lambda one: getattr(one, "__name__", ""))
def test_it_is_set_aside_with_its_reason(
    sites: Federation, make: Callable[[NKey], Wire], reason: Reason
) -> None:
    sites.bridges_start()
    alpha = Intruder(sites, sites.instances[0])
    before = contributed(sites.central)
    assert set_aside(sites, alpha.publish([make(alpha.key)])) == [reason]
    assert contributed(sites.central) == before


def set_aside(made: Federation, numbers: list[int]) -> list[str]:
    """The reasons that messages of INTELLIGENCE were set aside for, by their numbers."""

    def reasons() -> list[str]:
        rows = [made.central.rows(_SET_ASIDE, "INTELLIGENCE", number) for number in numbers]
        return [row[0] for found in rows for row in found]

    assert eventually(lambda: len(reasons()) == len(numbers)), made.said()
    return reasons()


def test_an_unknown_sender_is_set_aside(sites: Federation) -> None:
    """NATS itself does not let one in: the message comes by a login that may send anything."""
    sites.bridges_start()
    central = Intruder(sites, sites.central)
    wire = said(learned(pattern()), source="/instances/nobody", key=key_new())
    assert set_aside(sites, central.publish([wire])) == [Reason.UNKNOWN_SENDER]


def test_a_revoked_sender_counts_no_more_and_a_withdrawn_one_never_did(fleet: Federation) -> None:
    gamma = Site("gamma", fleet.state, fleet.logs, {})
    fleet.enroll(gamma)
    key = key_of(fleet, gamma)
    wire = said(learned(pattern()), source="/instances/gamma", key=key)
    Intruder(fleet, gamma).publish([wire])
    assert eventually(lambda: "gamma" in names(fleet))
    fleet.central.manage("instance_revoke", "gamma")
    with pytest.raises(Exception, match="Authorization Violation"):
        Intruder(fleet, gamma).publish([wire])
    late = said(learned(pattern(), revision=2), source="/instances/gamma", key=key)
    numbers = Intruder(fleet, fleet.central).publish([late])
    assert set_aside(fleet, numbers) == [Reason.REVOKED]
    assert "gamma" in names(fleet)
    fleet.central.manage("instance_withdraw", "gamma", "--yes")
    assert "gamma" not in names(fleet)


def names(made: Federation) -> set[str]:
    """Instances that have contributed."""
    return {key[1] for key in contributed(made.central)}


def test_the_whole_stream_once_more_changes_nothing(fleet: Federation) -> None:
    for number, instance in enumerate(fleet.instances):
        for again in range(3):
            instance.learner.ask("change", seed=10 * number + again, facts=20, codebases=2)
            instance.learner.ask("sync")
    assert not settled(fleet)
    before, applied = contributed(fleet.central), fleet.central.number(_APPLIED, _BEATS)
    central = Intruder(fleet, fleet.central)
    replayed = [
        dataclasses.replace(wire, headers=without_window(wire))
        for wire in central.stream("INTELLIGENCE")
    ]
    Random(1).shuffle(replayed)
    central.publish(replayed)
    marker = said(learned(pattern()), source=ALPHA, key=key_new())
    assert set_aside(fleet, central.publish([marker])) == [Reason.FORGED]
    assert contributed(fleet.central) == before
    assert fleet.central.number(_APPLIED, _BEATS) == applied


def without_window(wire: Wire) -> dict[str, str]:
    """Headers without what JetStream itself would know a duplicate by."""
    return {name: value for name, value in wire.headers.items() if name != "Nats-Msg-Id"}


BOMB = 3_000
KEPT = 100


def test_a_publish_bomb_of_one_is_counted_and_others_get_through(fleet: Federation) -> None:
    bomber = Intruder(fleet, fleet.instances[0])
    refused = fleet.central.number(_REFUSED, Reason.WRONG_SCHEMA)
    bomber.publish([signed(SUBJECT, ALPHA, bomber.key, facts(n=n)) for n in range(BOMB)])
    fleet.sync()
    assert not settled(fleet)
    assert eventually(
        lambda: fleet.central.number(_REFUSED, Reason.WRONG_SCHEMA) == refused + BOMB, 60
    )
    assert fleet.central.number(_KEPT, Reason.WRONG_SCHEMA) <= KEPT
