"""The shape of answers that derive from a materialized view."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from apps.shared.knowledge_cache.kinds import Answer


class ViewAnswer(BaseModel):
    """An answer out of a view; subclasses name what it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: datetime | None = Field(
        description="When the view behind it was last refreshed; none before the first time."
    )

    def answer(self) -> Answer:
        """As JSON."""
        return self.model_dump(mode="json")


class Answered(BaseModel):
    """What REST adds to an answer."""

    answered_at: datetime = Field(description="When it was worked out.")
