"""The messages that this site sends and receives: a page, and the AsyncAPI document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.shared.contracts.asyncapi import asyncapi_document
from apps.shared.contracts.asyncapi.examples import example_of
from apps.shared.contracts.asyncapi.fields import FieldRow, field_rows
from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.subjects import CENTRALCLOUD, MESSAGES, Message, Way
from apps.shared.core.version import VERSION

_TITLES = {
    Way.UP: "From instances to Centralcloud",
    Way.DOWN: "From Centralcloud to instances",
    Way.REQUEST: "Questions to Centralcloud",
}


@dataclass(frozen=True, slots=True)
class Body:
    """The data of a message: what it says, its fields, and an example in JSON."""

    title: str
    text: str
    fields: list[FieldRow]
    example: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the message table; a question has two bodies, the second is its answer's."""

    message: Message
    addresses: list[str]
    verb: str
    bodies: list[Body]


def events(request: HttpRequest) -> HttpResponse:
    """The message table with the fields of each message."""
    context = {
        **admin.site.each_context(request),
        "title": "Event reference",
        "groups": _groups(centralcloud=settings.IDENTITY.source == CENTRALCLOUD),
    }
    return TemplateResponse(request, "core/events.html", context)


class AsyncApiView(APIView):
    """The AsyncAPI 3.0 document of this site, as ``manage.py asyncapi`` prints it."""

    permissions: ClassVar = {"get": ""}

    @extend_schema(exclude=True)
    def get(self, _request: Request) -> Response:
        """The document."""
        return Response(asyncapi_document(source=settings.IDENTITY.source, version=VERSION))


@lru_cache(maxsize=2)
def _groups(*, centralcloud: bool) -> list[tuple[str, list[Entry]]]:
    return [
        (title, [_entry(row, centralcloud=centralcloud) for row in MESSAGES if row.way == way])
        for way, title in _TITLES.items()
    ]


def _entry(message: Message, *, centralcloud: bool) -> Entry:
    sends = centralcloud == (message.way == Way.DOWN)
    bodies = [_body("Data", message.payload)]
    if message.answer:
        bodies = [_body("Question", message.payload), _body("Answer", message.answer)]
    return Entry(message, message.addresses, "sent here" if sends else "received here", bodies)


def _body(title: str, model: type[Payload]) -> Body:
    text = " ".join((model.__doc__ or "").replace("``", "").split())
    example: Any = json.dumps(example_of(model), indent=2, ensure_ascii=False)
    return Body(title, text, field_rows(model), example)
