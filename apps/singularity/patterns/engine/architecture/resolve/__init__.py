"""Which files of the code base an import leads to; one that leads to none is external."""

from __future__ import annotations

from apps.singularity.patterns.engine.architecture.resolve.resolver import Resolver, unit_of

__all__ = ["Resolver", "unit_of"]
