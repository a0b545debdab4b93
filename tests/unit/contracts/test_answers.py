"""An answer is Centralcloud's, and to this question."""

from __future__ import annotations

import dataclasses

import pytest

from apps.shared.contracts.answers import answer_decode, answer_encode
from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.event import LARGEST_MESSAGE, SIGNATURE, Event, event_of
from apps.shared.contracts.nkeys import NKey
from apps.shared.contracts.payloads import (
    ModelsAnswer,
    PackagesAnswer,
    PackagesQuery,
    PackageUse,
)
from tests.common.events import SOURCE, key_new, known

KEY = key_new()
ANSWER = PackagesAnswer(
    packages=(PackageUse(purl="pkg:pypi/django", instances=2, codebases=3),), total=1
)


def question() -> Event:
    return event_of(PackagesQuery(), subject="centralcloud.query.packages", source=SOURCE)


def reason(asked: Event, headers: dict[str, str], data: bytes, cloud: NKey = KEY) -> Reason:
    with pytest.raises(MessageRefused) as refused:
        answer_decode(question=asked, headers=headers, data=data, keys_of=known(cloud))
    return refused.value.reason


def test_an_answer_comes_back() -> None:
    asked = question()
    headers, data = answer_encode(ANSWER, question=asked, key=KEY)
    assert answer_decode(question=asked, headers=headers, data=data, keys_of=known(KEY)) == ANSWER
    assert headers["ce-causationid"] == asked.id
    assert headers["ce-dataschema"].endswith(":centralcloud.query.packages.answer.v1")


def test_an_answer_to_another_question_is_refused() -> None:
    asked = question()
    headers, data = answer_encode(ANSWER, question=asked, key=KEY)
    assert reason(question(), headers, data) == Reason.FORGED
    assert reason(dataclasses.replace(asked, id="another"), headers, data) == Reason.FORGED


def test_an_answer_that_was_changed_or_is_not_centralclouds_is_refused() -> None:
    asked = question()
    headers, data = answer_encode(ANSWER, question=asked, key=KEY)
    assert reason(asked, headers, b"{}") == Reason.FORGED
    assert reason(asked, headers, data, key_new()) == Reason.FORGED
    assert reason(asked, headers | {SIGNATURE: "?"}, data) == Reason.FORGED
    assert reason(asked, {}, data) == Reason.WRONG_SCHEMA
    assert reason(asked, headers, b" " * LARGEST_MESSAGE) == Reason.TOO_LARGE


def test_only_the_contracts_answer_is_one() -> None:
    with pytest.raises(MessageRefused) as refused:
        answer_encode(ModelsAnswer(), question=question(), key=KEY)
    assert refused.value.reason == Reason.WRONG_SCHEMA
