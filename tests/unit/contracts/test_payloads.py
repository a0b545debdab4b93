"""Payloads take what the contract allows and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from apps.shared.contracts.asyncapi.examples import example_of
from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.event import payload_parse
from apps.shared.contracts.payloads import (
    ArchitecturePatternsLearned,
    CodePatternsLearned,
    FrameworksDetected,
    Heartbeat,
    KnowledgeUpdated,
    ModelEvaluated,
    PackagesDeclared,
    StatisticsReported,
)
from apps.shared.contracts.payloads.base import LARGEST, Payload
from apps.shared.contracts.schemas import schema_models
from tests.common.events import CODEBASE, learned, pattern

MODELS = schema_models()
Change = Callable[[dict[str, Any]], object]


def parse(model: type[Payload], value: object) -> Payload:
    return payload_parse(model, json.dumps(value).encode())


def detail(model: type[Payload], data: bytes) -> str:
    with pytest.raises(MessageRefused) as refused:
        payload_parse(model, data)
    assert refused.value.reason == Reason.WRONG_SCHEMA
    return refused.value.detail


@pytest.mark.parametrize("name", MODELS)
def test_a_payload_says_the_same_after_a_journey(name: str) -> None:
    payload = parse(MODELS[name], example_of(MODELS[name]))
    short = payload.model_dump_json(exclude_defaults=True).encode()
    assert payload_parse(MODELS[name], short) == payload


@pytest.mark.parametrize("name", MODELS)
def test_a_payload_is_frozen(name: str) -> None:
    payload = parse(MODELS[name], example_of(MODELS[name]))
    field = next(iter(MODELS[name].model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(payload, field, None)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"1", b'"x"', b"{", b"\xff", b"[" * 5000])
def test_what_is_no_object_is_refused(name: str, data: bytes) -> None:
    assert detail(MODELS[name], data)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e301"])
@pytest.mark.parametrize("field", ["aggregate", "local"])
def test_a_number_is_finite(number: str, field: str) -> None:
    example = example_of(ModelEvaluated)
    text = json.dumps(example | {field: 77777}).replace("77777", number)
    assert field in detail(ModelEvaluated, text.encode())


@pytest.mark.parametrize("number", [-1, LARGEST + 1, 10**400, 1.5, "7", True, None])
def test_a_count_is_whole_and_exact_for_every_reader(number: object) -> None:
    example = example_of(StatisticsReported) | {"files": number}
    assert "files" in detail(StatisticsReported, json.dumps(example).encode())
    assert parse(StatisticsReported, example | {"files": LARGEST})


@pytest.mark.parametrize(
    "time",
    [
        "1999-12-31T23:59:59Z",
        "2200-01-02T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "2026-01-05T09:30:00",
        1_767_605_400,
        "",
    ],
)
def test_a_time_has_a_zone_and_is_of_our_age(time: object) -> None:
    example = example_of(Heartbeat) | {"started_at": time}
    assert "started_at" in detail(Heartbeat, json.dumps(example).encode())


def fact(**fields: object) -> dict[str, Any]:
    """A pattern message with one fact in which fields are changed."""
    example = example_of(CodePatternsLearned)
    example["patterns"][0] |= fields
    return example


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"template": "open($B)"}, "signature"),
        ({"canonical": "open($B)"}, "signature"),
        ({"language": "ruby"}, "signature"),
        ({"kind": "rule"}, "signature"),
        ({"kind": "clone_group"}, "kind"),
        ({"signature": "idiom-1-x"}, "signature"),
        ({"template": ""}, "template"),
        ({"template": "x" * 8_001}, "template"),
        ({"template": "a\0b"}, "template"),
        ({"occurrences": 0}, "occurrences"),
        ({"files": 13}, "more files than places"),
        ({"opportunities": 11}, "more often than it applies"),
        ({"path": "/home/me/secret.py"}, "path"),
        ({"language": "Python"}, "language"),
        ({"language": "python\n"}, "language"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused(fields: dict[str, object], said: str) -> None:
    assert parse(CodePatternsLearned, fact())
    assert said in detail(CodePatternsLearned, json.dumps(fact(**fields)).encode())


@pytest.mark.parametrize("surrogate", [r"\ud800", r"\udc00", r"\udc00\ud800"])
def test_a_lone_surrogate_is_refused(surrogate: str) -> None:
    text = json.dumps(fact(template="77777")).replace("77777", surrogate)
    assert detail(CodePatternsLearned, text.encode())


def test_the_name_of_a_surplus_field_cannot_spoil_the_reason() -> None:
    said = detail(Heartbeat, json.dumps(example_of(Heartbeat) | {"\0\n\x1b" * 900: 1}).encode())
    assert said.isprintable()
    assert len(said) <= 500


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (CodePatternsLearned, "patterns"),
        (ArchitecturePatternsLearned, "patterns"),
        (FrameworksDetected, "frameworks"),
        (PackagesDeclared, "packages"),
    ],
)
def test_a_fact_is_told_once_in_a_message(model: type[Payload], field: str) -> None:
    example = example_of(model)
    example[field] *= 2
    assert "twice" in detail(model, json.dumps(example).encode())


def test_a_list_has_an_end() -> None:
    heartbeat = example_of(Heartbeat)
    heartbeat["jobs"] *= 51
    assert "jobs" in detail(Heartbeat, json.dumps(heartbeat).encode())
    withdrawn = {"codebase": CODEBASE, "revision": 1, "withdrawn": [pattern().signature] * 10_001}
    assert "withdrawn" in detail(CodePatternsLearned, json.dumps(withdrawn).encode())


@pytest.mark.parametrize(
    "value", [{"\0": 1}, {"a": "\0"}, {"a": [{"b": ["\0"]}]}, {"a": {"\0": None}}]
)
def test_an_answer_in_the_cache_holds_no_nul_however_deep(value: dict[str, Any]) -> None:
    example = example_of(KnowledgeUpdated)
    example["entry"]["value"] = value
    assert "NUL" in detail(KnowledgeUpdated, json.dumps(example).encode())


def test_an_answer_in_the_cache_is_finite() -> None:
    text = json.dumps(example_of(KnowledgeUpdated)).replace("42", "NaN")
    assert "finite" in detail(KnowledgeUpdated, text.encode())


@given(
    templates=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
        unique=True,
        max_size=5,
    )
)
def test_any_template_comes_through(templates: list[str]) -> None:
    payload = learned(*(pattern(template) for template in templates))
    data = payload.model_dump_json(exclude_defaults=True).encode()
    assert payload_parse(CodePatternsLearned, data) == payload
