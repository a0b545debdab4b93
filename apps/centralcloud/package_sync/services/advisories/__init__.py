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

__all__ = ["Imported", "advisories_import", "affected_match", "affected_match_all"]
