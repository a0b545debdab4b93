"""Aggregates anew from the stream, beside the live ones, and how the two differ."""

from apps.centralcloud.aggregation.services.rebuild.run import Rebuilt, rebuild_from_stream
from apps.centralcloud.aggregation.services.rebuild.stream import StreamUnreadable
from apps.centralcloud.aggregation.services.rebuild.tables import Difference

__all__ = ["Difference", "Rebuilt", "StreamUnreadable", "rebuild_from_stream"]
