"""The AsyncAPI document says all of the message table, once, and nothing that does not resolve."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from apps.shared.contracts.asyncapi import asyncapi_document
from apps.shared.contracts.asyncapi.fields import field_rows
from apps.shared.contracts.payloads import CodePatternsLearned, Heartbeat, InsightsAggregated
from apps.shared.contracts.subjects import CENTRALCLOUD, MESSAGES, Way
from tests.common.processes import manage

DOCUMENT = asyncapi_document(source="/instances/team-a", version="1.2.3")
CLOUD = asyncapi_document(source=CENTRALCLOUD, version="1.2.3")
ANSWERS = [f"{message.name}.answer" for message in MESSAGES if message.answer]


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def resolve(reference: str, document: dict[str, Any] = DOCUMENT) -> Any:
    assert reference.startswith("#/"), reference
    found: Any = document
    for token in reference.removeprefix("#/").split("/"):
        found = found[token]
    return found


@pytest.mark.parametrize("document", [DOCUMENT, CLOUD], ids=["instance", "centralcloud"])
def test_every_reference_resolves(document: dict[str, Any]) -> None:
    found = list(references(document))
    assert len(found) > 100
    for reference in found:
        assert isinstance(resolve(reference, document), dict)


def test_the_parts_are_those_of_asyncapi_3() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert DOCUMENT["info"]["version"] == "1.2.3"
    assert {name for name in DOCUMENT if not name.startswith("x-")} == {
        *("asyncapi", "info", "defaultContentType", "servers", "channels", "operations"),
        "components",
    }
    for channel in DOCUMENT["channels"].values():
        known = {"address", "messages", "description", "parameters", "x-jetstream-stream"}
        assert set(channel) <= known
        inside = set(re.findall(r"\{(\w+)\}", channel["address"] or ""))
        assert inside == set(channel.get("parameters", {}))
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in {"send", "receive"}
        assert set(operation) <= {"action", "channel", "summary", "messages", "reply"}


def test_the_server_names_no_machine() -> None:
    (server,) = DOCUMENT["servers"].values()
    assert server["host"] == "{host}:{port}"
    assert set(server["variables"]) == {"host", "port"}
    assert server["protocol"] == "nats"


def test_every_message_of_the_table_is_there_once() -> None:
    names = [message.name for message in MESSAGES]
    assert sorted(DOCUMENT["components"]["messages"]) == sorted([*names, *ANSWERS])
    types = Counter(value["name"] for value in DOCUMENT["components"]["messages"].values())
    assert set(types.values()) == {1}
    addresses = [channel["address"] for channel in DOCUMENT["channels"].values()]
    expected = [address for message in MESSAGES for address in message.addresses]
    assert Counter(addresses) == Counter([*expected, *([None] * len(ANSWERS))])


def test_each_side_sends_what_the_other_receives() -> None:
    def actions(document: dict[str, Any]) -> dict[str, str]:
        return {
            operation["channel"]["$ref"]: operation["action"]
            for operation in document["operations"].values()
        }

    here, there = actions(DOCUMENT), actions(CLOUD)
    assert here.keys() == there.keys()
    assert all(here[channel] != there[channel] for channel in here)
    for message in MESSAGES:
        expected = "receive" if message.way == Way.DOWN else "send"
        assert here[f"#/channels/{message.name}"] == expected


@pytest.mark.parametrize("message", [m for m in MESSAGES if m.answer], ids=lambda m: m.name)
def test_a_question_has_its_reply(message: Any) -> None:
    operation = DOCUMENT["operations"][f"send.{message.name}"]
    channel = resolve(operation["reply"]["channel"]["$ref"])
    assert channel["address"] is None
    (answer,) = channel["messages"].values()
    assert resolve(answer["$ref"])["title"] == message.answer.__name__


def test_what_goes_through_jetstream_names_its_stream() -> None:
    streams = DOCUMENT["x-jetstream-streams"]
    for message in MESSAGES:
        stream = DOCUMENT["channels"][message.name].get("x-jetstream-stream")
        assert stream == (message.stream.value if message.stream else None)
        assert stream is None or stream in streams


@pytest.mark.parametrize("name", DOCUMENT["components"]["messages"])
def test_examples_are_valid_by_their_schemas(name: str) -> None:
    message = DOCUMENT["components"]["messages"][name]
    validator = jsonschema.Draft7Validator
    for example in message["examples"]:
        for part in ("headers", "payload"):
            validator(inlined(message[part])).validate(example[part])


def inlined(part: Any) -> Any:
    """A schema with its references replaced by what they name."""
    if isinstance(part, dict):
        if "$ref" in part:
            return inlined(resolve(part["$ref"]))
        return {name: inlined(value) for name, value in part.items()}
    return [inlined(value) for value in part] if isinstance(part, list) else part


@pytest.mark.parametrize(("site", "action"), [("singularity", "send"), ("centralcloud", "receive")])
def test_the_command_prints_it_for_its_site(tmp_path: Path, site: str, action: str) -> None:
    printed = manage("asyncapi", "--format", "json", state=tmp_path, site=site)
    assert printed.returncode == 0, printed.stderr
    document = json.loads(printed.stdout)
    assert document["operations"][f"{action}.code.pattern.learned"]["action"] == action
    assert yaml.safe_load(manage("asyncapi", state=tmp_path, site=site).stdout) == document


def test_the_command_knows_that_the_schemas_are_written(tmp_path: Path) -> None:
    printed = manage("asyncapi", "--schemas", state=tmp_path)
    assert printed.stdout == "All schemas are those of the models.\n"


def test_fields_are_told_in_words() -> None:
    rows = {row.path: row for row in field_rows(CodePatternsLearned)}
    assert rows["codebase"].required
    assert rows["codebase"].bounds == "matching ^[0-9a-f]{32}$"
    assert rows["patterns[]"].type == "list of object"
    assert rows["patterns[]"].bounds == "at most 2,000 items"
    assert rows["patterns[].kind"].bounds.startswith("one of idiom, api_set")
    assert (rows["patterns[].occurrences"].depth, rows["patterns[].occurrences"].bounds) == (
        1,
        "from 1",
    )
    assert "or null" in rows["patterns[].opportunities"].bounds
    assert not rows["patterns[].opportunities"].required
    assert rows["patterns[].first_seen_at"].type == "time"
    times = {row.path: row.type for row in field_rows(Heartbeat)}
    assert times["languages[]"] == "list of text"
    deep = [row.path for row in field_rows(InsightsAggregated)]
    assert "insights[].evidence.share" in deep
