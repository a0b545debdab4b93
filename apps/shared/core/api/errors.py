"""One shape for every error of the REST API."""

from typing import Any

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """``{"error": {"code", "message", "fields"}}``; None lets Django answer 500.

    ``fields`` maps each wrong parameter to its messages and is empty for other errors.
    """
    response = exception_handler(error, context)
    if response is None:
        return None
    fields = response.data if isinstance(error, ValidationError) else {}
    if isinstance(fields, list):
        fields = {"non_field_errors": fields}
    response.data = {
        "error": {"code": _code(error), "message": _message(error, fields), "fields": fields}
    }
    return response


def _code(error: Exception) -> str:
    return error.default_code if isinstance(error, APIException) else "not_found"


def _message(error: Exception, fields: dict[str, Any]) -> str:
    if fields:
        return "Wrong or missing: " + ", ".join(sorted(fields)) + "."
    return str(getattr(error, "detail", "")) or "Not found."
