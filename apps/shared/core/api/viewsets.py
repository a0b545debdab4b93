"""What lists and rows of the REST API stand on."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.viewsets import GenericViewSet

M = TypeVar("M", bound=Model)


class ListViewSet(ListModelMixin, GenericViewSet[M]):
    """A list: pages by cursor, filters, sparse fields, CSV."""


class ReadViewSet(RetrieveModelMixin, ListViewSet[M]):
    """A list, and each of its rows."""
