"""Documents of registries over HTTP: kept, counted, bounded, and asked for at the right pace."""

from apps.centralcloud.package_sync.engine.fetching.counting import Count
from apps.centralcloud.package_sync.engine.fetching.document import Document
from apps.centralcloud.package_sync.engine.fetching.fetcher import Fetcher, user_agent
from apps.centralcloud.package_sync.engine.fetching.limits import LARGEST_DOCUMENT, Limits
from apps.centralcloud.package_sync.engine.fetching.pace import Pace

__all__ = ["LARGEST_DOCUMENT", "Count", "Document", "Fetcher", "Limits", "Pace", "user_agent"]
