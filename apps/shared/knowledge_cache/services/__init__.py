"""Write side of cached answers."""

from apps.shared.knowledge_cache.services.sources import source_changed

__all__ = ["source_changed"]
