"""The OpenAPI document of a site: what every operation says besides what its view says."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS, AllowAny

from apps.shared.access.permissions import permission_of, scope_of
from apps.shared.core.api.csv import MEDIA_TYPE as CSV
from apps.shared.core.api.errors import MEDIA_TYPE as PROBLEM

FIELDS = OpenApiParameter(
    "fields",
    OpenApiTypes.STR,
    description="Names of fields, separated by commas: of each row only these.",
)  # fmt: skip
_METHODS = ("get", "post", "put", "patch", "delete")
_PROBLEMS = {
    "400": "Something in the request is wrong: `errors` says what.",
    "401": "Nobody is logged in, or the token is unknown or has expired.",
    "403": "The account or its token may not do this.",
    "404": "There is no such thing.",
    "406": "There is no answer in the format that was asked for.",
    "409": "It cannot be had as things stand.",
    "429": "Too many requests: `Retry-After` says in how many seconds again.",
    "503": "It cannot be answered now.",
}
_SCHEMA = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "What the status means."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people."},
        "code": {"type": "string", "description": "For programs; it stays."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Path of the field, in dots."},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


class ApiSchema(AutoSchema):
    """Says of each operation what it takes, and of lists which fields can be left out."""

    def get_summary(self) -> str:
        """The first sentence: of the view's words, or for one row of what a row is."""
        said = self._said()
        if getattr(self.view, "action", "") == "retrieve" and self._inherited:
            view: Any = self.view
            said = get_doc(view.get_serializer_class())
        return re.split(r"[.;:](?:\s|$)", said.strip(), maxsplit=1)[0].replace("\n", " ")

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """The view's own words, then the scope and the permission."""
        if AllowAny in self.view.permission_classes:
            return self._said()
        needs = f"Scope `{scope_of(self.view, self.method)}`"
        if permission := permission_of(self.view, self.method):
            needs += f", permission `{permission}`"
        return f"{self._said()}\n\n{needs}.".strip()

    @property
    def _inherited(self) -> bool:
        """Whether the view leaves what it does to the class that lists and rows stand on."""
        return getattr(self.view, "action", "") not in vars(type(self.view))

    def _said(self) -> str:
        listed = getattr(self.view, "action", "") == "list" and self._inherited
        return (get_doc(type(self.view)) if listed else super().get_description()) or ""

    def get_override_parameters(self) -> list[Any]:
        """``fields`` where rows can be thinned."""
        given = list(super().get_override_parameters())
        sparse = getattr(self.view, "sparse", False) and self.method in SAFE_METHODS
        plain = getattr(self.view, "action", "") in ("list", "retrieve")
        return [*given, FIELDS] if sparse and plain else given


def problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: what can go wrong with each operation, in one shape."""
    result["components"].setdefault("schemas", {})["Problem"] = _SCHEMA
    for path in result["paths"].values():
        for method in _METHODS:
            if method in path:
                _complete(path[method])
    return result


def _complete(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for response in responses.values():
        if CSV in response.get("content", {}):
            response["content"][CSV] = {"schema": {"type": "string"}}
    always = {"401", "403", "429"}
    if operation.get("parameters") or "requestBody" in operation:
        always |= {"400", "404"}
    for status in sorted(always | {status for status in responses if status in _PROBLEMS}):
        said = responses.get(status, {}).get("description", "")
        responses[status] = {
            "description": _PROBLEMS[status] if said in ("", "No response body") else said,
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
