"""Errors of the REST API as RFC 9457, "Problem Details for HTTP APIs", writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.views import exception_handler

API = "/api/"
"""Where paths begin whose errors are problems instead of pages."""
MEDIA_TYPE = "application/problem+json"
NON_FIELD = "non_field_errors"


def problem(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """The answer to an exception of a REST view; None lets Django answer 500.

    Each wrong parameter or field is one entry of ``errors``, with its path in dots.
    """
    response = exception_handler(error, context)
    if response is None:
        return None
    errors = list(_errors(error.detail)) if isinstance(error, ValidationError) else []
    kept = {name: response[name] for name in ("WWW-Authenticate", "Retry-After", "Allow")
            if response.has_header(name)}  # fmt: skip
    return problem_response(
        response.status_code, code=_code(error), detail=_detail(error, errors), errors=errors,
        headers=kept,
    )  # fmt: skip


def problem_response(
    status: int,
    *,
    code: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem document: ``code`` is for programs and stays, ``detail`` is for people."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": errors or [],
    }
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Handler 404 of both sites."""
    if request.path.startswith(API):
        return problem_response(404, code="not_found", detail=f"There is no {request.path}.")
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Handler 400 of both sites."""
    if request.path.startswith(API):
        return problem_response(400, code="bad_request", detail="The request cannot be read.")
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Handler 500 of both sites."""
    if request.path.startswith(API):
        detail = "Something broke here; the log of this site says what."
        return problem_response(500, code="error", detail=detail)
    return defaults.server_error(request)


def _errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            deeper = path if name == NON_FIELD else f"{path}.{name}".lstrip(".")
            yield from _errors(inner, deeper)
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            deeper = f"{path}.{number}".lstrip(".") if isinstance(inner, Mapping) else path
            yield from _errors(inner, deeper)
    else:
        yield {"field": path, "message": str(detail)}


def _code(error: Exception) -> str:
    return error.default_code if isinstance(error, APIException) else "not_found"


def _detail(error: Exception, errors: list[dict[str, str]]) -> str:
    if named := sorted({one["field"] for one in errors if one["field"]}):
        return "Wrong or missing: " + ", ".join(named) + "."
    if errors:
        return " ".join(one["message"] for one in errors)
    return str(getattr(error, "detail", "")) or "Not found."
