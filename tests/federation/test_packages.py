"""Packages go the whole way: declared, read from registries, told, copied, asked for again."""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.common.federation import Federation, Site
from tests.common.intruder import Intruder
from tests.common.market import (
    ADVISORY,
    DJANGO,
    FIXED,
    INHOUSE,
    LATEST,
    LEFT_PAD,
    LONESOME,
    PLANS,
    QUIET,
    SERDE,
    SQLPARSE,
    VULNERABLE,
    Market,
    advisories,
    copies,
    declared,
    hot,
    said,
    used,
)
from tests.common.processes import eventually
from tests.common.registries.server import RegistryServer

SEED = int(os.environ.get("FEDERATION_SEED", "0")) or Random().getrandbits(32)
ROUNDS = 3
PARTS = [f"part-{number}" for number in range(60)]
LONGEST_PAUSE = 0.4
WORSE = "It is worse than was thought"
DECLARED = "intelligence.package.declared"
TOLD = "intelligence.insights.advisory"
_OWN = "SELECT value FROM knowledge_cache_copy WHERE own"
_WAITING = "SELECT count(*) FROM nats_bridge_outboxmessage WHERE sent_at IS NULL"


@pytest.fixture(scope="module")
def opened(sites: Federation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """Both instances declare the same and something of their own; Centralcloud has read it."""
    with RegistryServer() as server:
        market = Market(sites, server, tmp_path_factory.mktemp("market"))
        market.open()
        market.advise(*advisories())
        yield market
        market.close()


@pytest.fixture
def market(opened: Market) -> Market:
    """As it was opened, whatever an earlier test declared."""
    opened.sites.bridges_start()
    opened.declare()
    opened.read()
    opened.tell()
    return opened


def test_centralcloud_reads_what_is_declared_from_the_configured_registries(market: Market) -> None:
    found = said(market.central, "packages", "--used-by", "alpha")["packages"]
    packages = {one["purl"]: one for one in found}
    lonesome = f"pkg:pypi/{LONESOME['alpha']}"
    assert set(packages) == {DJANGO, LEFT_PAD, SERDE, lonesome}
    assert all(one["known"] for one in packages.values())
    assert packages[DJANGO]["versions"] == {VULNERABLE: 2}
    assert packages[DJANGO]["latest"] == LATEST
    assert packages[lonesome]["instances"] == 1
    asked = market.server.paths()
    assert "/npm/left-pad" in asked
    assert "/cargo/index/se/rd/serde" in asked
    assert "/pypi/simple/sqlparse/" in asked, "what declared ones need is read too"
    assert used(market.central) == declared(market.sites.instances)


@pytest.mark.parametrize("who", ["central", "alpha"])
def test_what_is_written_in_rust_is_known_to_all(market: Market, who: str) -> None:
    found = said(getattr(market, who), "packages", "--implemented-in", "rust")["packages"]
    assert [one["purl"] for one in found] == [SERDE]
    assert {one["language"] for one in found[0]["implemented_in"]} == {"rust"}


def test_who_has_a_vulnerable_version_is_known(market: Market) -> None:
    shown = json.loads(market.central.manage("packages", "--vulnerable", "--json"))["packages"]
    lonesome = f"pkg:pypi/{LONESOME['alpha']}"
    assert {one["purl"] for one in shown} == {DJANGO, lonesome}
    market.declare(market.alpha, django=FIXED)
    market.read()
    assert vulnerable(market, "alpha") == {lonesome: [(QUIET, ["2.0"])]}
    assert vulnerable(market, "beta") == {DJANGO: [(ADVISORY, [FIXED])]}


def vulnerable(market: Market, instance: str) -> dict[str, list[tuple[str, list[str]]]]:
    """What an instance has that is vulnerable, with the advisories and the versions that fix it."""
    found = said(market.central, "packages", "--vulnerable", "--used-by", instance)["packages"]
    marks = {one["purl"]: one["advisories"] for one in found}
    return {purl: [(mark["id"], mark["fixed"]) for mark in some] for purl, some in marks.items()}


def test_an_advisory_is_told_once_and_goes_where_the_version_is_fixed(market: Market) -> None:
    before = told(market)
    for site in market.sites.instances:
        assert concerns(site) == [(DJANGO, ADVISORY, [FIXED])]
    market.declare(market.alpha, django=FIXED)
    market.read()
    assert market.tell()["messages"] == 0
    assert (concerns(market.alpha), len(concerns(market.beta))) == ([], 1)
    market.declare(market.alpha, market.beta, django=FIXED)
    market.read()
    assert market.tell()["over"] == 1
    assert concerns(market.beta) == []
    assert said(market.beta, "advisories", "--all") == []
    assert [one.get("over", False) for one in told(market)[len(before) :]] == [True]


def concerns(site: Site) -> list[tuple[str, str, list[str]]]:
    """What an instance is told to look at."""
    return [(one["purl"], one["advisory"], one["fixed"]) for one in said(site, "advisories")]


def told(market: Market) -> list[dict[str, Any]]:
    """What was told of advisories, in order."""
    wires = Intruder(market.sites, market.central).stream("INSIGHTS")
    return [json.loads(one.data) for one in wires if one.subject == TOLD]


def test_an_instance_answers_from_what_it_heard_and_says_how_old_that_is(market: Market) -> None:
    question = ["packages", "django"]
    heard = market.alpha.learner.ask("manage", arguments=question)
    assert DJANGO in heard["out"]
    assert heard["err"] == ""
    market.central.bridge.kill()
    kept = market.alpha.learner.ask("manage", arguments=question)
    assert kept["out"] == heard["out"]
    assert re.search(r"its bridge is away\. .* \d+ minutes? ago, \d{4}-", kept["err"]), kept["err"]
    market.sites.bridges_start()
    assert eventually(lambda: said(market.alpha, *question)["from"] == "centralcloud")


def test_it_does_so_where_nats_takes_connections_and_says_nothing(market: Market) -> None:
    heard = said(market.alpha, "packages", "django")
    nats = market.sites.servers.nats
    process = nats.process()
    assert process is not None
    process.suspend()
    try:
        text = market.alpha.manage("packages", "django", "--json", NATS_URL=nats.url)
    finally:
        process.resume()
    kept = json.loads(text)
    assert kept["from"] == "kept"
    assert "NATS is not reached" in kept["reason"]
    assert (kept["answered_at"], kept["packages"]) == (heard["answered_at"], heard["packages"])


def test_copies_are_right_again_when_centralcloud_is_back(market: Market) -> None:
    assert market.job(market.central, "refresh cache")["views"] > 0
    assert eventually(market.is_copied, 60), market.sites.said()
    assert hot(market.alpha) == {DJANGO, LEFT_PAD, SERDE}
    market.declare(more=[PARTS[0]])
    market.read()
    market.central.bridge.kill()
    assert market.job(market.central, "refresh cache")["told"] > 0
    assert f"pkg:pypi/{PARTS[0]}" not in hot(market.alpha)
    market.sites.bridges_start()
    assert eventually(market.is_copied, 60), market.sites.said()
    assert f"pkg:pypi/{PARTS[0]}" in hot(market.alpha)


def test_a_copy_that_is_gone_is_asked_for(market: Market) -> None:
    market.job(market.central, "refresh cache")
    assert eventually(market.is_copied, 60), market.sites.said()
    number = len(copies(market.alpha))
    assert number > 1
    market.alpha.execute("DELETE FROM knowledge_cache_copy WHERE NOT own")
    assert market.job(market.alpha, "refresh cache")["copies"]["news"] == number
    assert market.is_copied()


def test_bridges_that_are_killed_lose_and_double_nothing(market: Market) -> None:
    print(f"FEDERATION_SEED={SEED}")  # noqa: T201  pytest shows it
    random = Random(SEED)
    for _ in range(ROUNDS):
        market.declare(market.alpha, django=FIXED, more=random.sample(PARTS, 40))
        market.declare(market.beta, more=random.sample(PARTS, 40))
        for site in market.sites.instances:
            site.learner.tell("sync")
        market.central.learner.tell("job", kind="read uses")
        kill_some(market, random)
        assert market.central.learner.answer()["state"] == "succeeded"
        for site in market.sites.instances:
            site.learner.answer()
        market.sites.bridges_start()
    market.read()
    assert used(market.central) == declared(market.sites.instances)
    market.advise(*advisories(modified="2026-05-02T00:00:00Z", summary=WORSE))
    for kind in ("refresh cache", "tell advisories"):
        market.job(market.central, kind)
        kill_some(market, random)
        market.sites.bridges_start()
    assert eventually(lambda: market.is_told() and market.is_copied(), 60), market.sites.said()
    assert eventually(lambda: not market.central.number(_WAITING), 60)
    assert [one["summary"] for one in said(market.beta, "advisories")] == [WORSE]
    times = Counter((one["id"], one["revision"]) for one in told(market))
    assert times.most_common(1)[0][1] == 1


def kill_some(market: Market, random: Random) -> None:
    """Centralcloud's bridge and an instance's, each at some moment."""
    for site in (market.central, random.choice(market.sites.instances)):
        time.sleep(random.uniform(0, LONGEST_PAUSE))
        site.bridge.kill()


def test_nothing_that_comes_names_who_has_it_or_what_one_alone_has(market: Market) -> None:
    market.job(market.central, "refresh cache")
    assert eventually(market.is_copied, 60), market.sites.said()
    central, hidden = Intruder(market.sites, market.central), market.hidden()
    came = [*central.stream("KNOWLEDGE"), *central.stream("INSIGHTS")]
    ours = [one for one in came if one.subject.startswith(("knowledge.cache.", TOLD))]
    assert {one.subject for one in ours} >= {TOLD, "knowledge.cache.update.hot_packages"}
    for one in ours:
        assert [word for word in hidden if word in one.data.decode()] == []


def test_nothing_that_leaves_names_another_a_folder_or_what_is_in_one(market: Market) -> None:
    wires = Intruder(market.sites, market.central).stream("INTELLIGENCE")
    told = [one for one in wires if one.subject == DECLARED]
    for site in market.sites.instances:
        left = [one.data.decode() for one in told if one.headers["ce-source"].endswith(site.name)]
        assert any(LONESOME[site.name] in text for text in left)
        others = [one.name for one in market.sites.instances if one is not site]
        hidden = [*others, *PLANS.values(), INHOUSE, str(market.folder)]
        assert [word for word in hidden for text in left if word in text] == []


def test_an_answer_has_what_is_shown_and_what_is_ones_own(market: Market) -> None:
    answer = said(market.alpha, "packages")
    own = f"pkg:pypi/{LONESOME['alpha']}"
    assert {one["purl"] for one in answer["packages"]} == {DJANGO, LEFT_PAD, SERDE, SQLPARSE, own}
    assert said(market.alpha, "packages", f"pkg:pypi/{LONESOME['beta']}")["packages"] == []
    kept = [json.dumps(value) for (value,) in market.alpha.rows(_OWN)]
    assert any(own in text for text in kept)
    hidden = market.hidden(market.alpha)
    assert [word for word in hidden for text in kept if word in text] == []
