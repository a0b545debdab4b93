"""The messages as an AsyncAPI 3.0 document, made from the message table and the models."""

from apps.shared.contracts.asyncapi.document import asyncapi_document

__all__ = ["asyncapi_document"]
