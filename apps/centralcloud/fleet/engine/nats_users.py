"""nats-server's list of users: who may connect, and the subjects that each may use.

Source of the form: the NATS documentation, "Authorization" and "NKeys".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from apps.shared.nats_bridge.names import instance_publishes, instance_subscribes

CONNECTIONS = ["STANDARD", "WEBSOCKET"]
"""No leaf node and no MQTT client: those bring subscriptions of others with them."""
TIMEOUT_SECONDS = 5
HEAD = """\
# Written by `manage.py nats_config`; changes are lost when it is written again.
# Centralcloud may do everything. An instance may send what goes up, ask, read its own consumer
# and listen on its own inbox; everything else is refused to it.
"""


def users_text(*, centralcloud: str, instances: Iterable[tuple[str, str]]) -> str:
    """The ``authorization`` block.

    ``centralcloud`` is a public NKey, ``instances`` are names with theirs.
    """
    users = [f"    {{ nkey: {centralcloud} }}  # centralcloud"]
    users += [_user(name, public) for name, public in instances]
    listed = "\n".join(users)
    block = f"authorization {{\n  timeout: {TIMEOUT_SECONDS}\n  users: [\n{listed}\n  ]\n}}\n"
    return f"{HEAD}{block}"


def _user(name: str, public: str) -> str:
    return f"""\
    {{  # {name}
      nkey: {public}
      allowed_connection_types: {json.dumps(CONNECTIONS)}
      permissions: {{
        publish: {_subjects(instance_publishes(name))}
        subscribe: {_subjects(instance_subscribes(name))}
      }}
    }}"""


def _subjects(subjects: Sequence[str]) -> str:
    """Only these: an ``allow`` list refuses all others."""
    lines = ",\n".join(f"          {json.dumps(subject)}" for subject in subjects)
    return f"{{ allow: [\n{lines}\n        ] }}"
