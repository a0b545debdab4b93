"""Everything that the doctor looks at, in the order it is shown."""

from apps.shared.core.doctor.findings import Finding
from apps.shared.core.doctor.host import instance, secret_key, state_folder
from apps.shared.core.doctor.servers import cache, database, nats


def examine() -> list[Finding]:
    """Look at everything; starts nothing and changes nothing."""
    return [check() for check in (instance, state_folder, secret_key, database, cache, nats)]
