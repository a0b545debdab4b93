"""Write side of advisories: read, store, match to versions, tell.

Locks are taken in this order, so that all of this may run beside itself and beside syncing: a
package's row, the lock of importing, rows of advisories, sources of answers.
"""

from apps.centralcloud.package_sync.services.advisories.importing import (
    Imported,
    advisories_import,
)
from apps.centralcloud.package_sync.services.advisories.matching import (
    affected_match,
    affected_match_all,
)
from apps.centralcloud.package_sync.services.advisories.reading import (
    AdvisoriesRead,
    ReadSource,
    advisories_read,
)
from apps.centralcloud.package_sync.services.advisories.telling import advisories_tell

__all__ = [
    "AdvisoriesRead",
    "Imported",
    "ReadSource",
    "advisories_import",
    "advisories_read",
    "advisories_tell",
    "affected_match",
    "affected_match_all",
]
