"""nats-server's accounts: who may connect, and the subjects that each may use.

Centralcloud's account has JetStream. Each instance has an account of its own, which takes in
exactly what it may send, as services: a reply then goes back into the asker's account, whatever
subject it names, and cannot do there what the asker may not (docs/decisions/0008).

Source of the form: the NATS documentation, "Accounts", "Subject mapping" and "NKeys".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from apps.shared.contracts.subjects import SERVICE
from apps.shared.nats_bridge.names import (
    API,
    instance_publishes,
    instance_streamed,
    instance_subscribes,
)

CONNECTIONS = ["STANDARD", "WEBSOCKET"]
"""No leaf node and no MQTT client: those bring subscriptions of others with them."""
TIMEOUT_SECONDS = 5
INSTANCE_CONNECTIONS = 64
"""The bridge's, one for each question and each model on its way: few, and never all there are."""
THEIR_API = f"{SERVICE}.api"
"""What Centralcloud's ``$JS.API`` is called in an instance's account, which has its own."""
ANYONE = "*"
ONE = "response_type: singleton"
STREAMED = 'response_type: stream, response_threshold: "2m"'
"""The server keeps where the answers to such a question go, until nobody listens there or this is
over: no question of a bridge is open for so long."""
HEAD = """\
# Written by `manage.py nats_config`; changes are lost when it is written again. A server that
# runs is told to read it twice (`nats-server --signal reload`): it answers those that are new
# after the second time.
# Centralcloud may do everything, in its account, which has the streams. An instance may send what
# goes up, ask, read its own consumer and listen on its own inbox; everything else is refused to
# it. It has an account of its own: what answers it reaches nothing but that.
"""


def users_text(*, centralcloud: str, instances: Iterable[tuple[str, str]]) -> str:
    """The ``accounts`` block, and how long one may take to say who one is.

    ``centralcloud`` is a public NKey, ``instances`` are names with theirs.
    """
    accounts = "\n".join([_owner(centralcloud), *(_guest(*one) for one in instances)])
    return f"{HEAD}authorization {{ timeout: {TIMEOUT_SECONDS} }}\naccounts {{\n{accounts}\n}}\n"


def _owner(public: str) -> str:
    """Centralcloud's account. What it offers is the same, however many instances there are."""
    streamed = instance_streamed(ANYONE)
    exports = [
        f"{{ service: {json.dumps(_widened(subject))}, "
        f"{STREAMED if subject in streamed else ONE} }}"
        for subject in instance_publishes(ANYONE)
    ]
    return f"""\
  {SERVICE} {{
    jetstream: enabled
    users: [ {{ nkey: {public} }} ]
    exports: {_listed(exports)}
  }}"""


def _guest(name: str, public: str) -> str:
    """An instance's account, with one user. What it takes in says what it may reach at all."""
    imports = [
        f"{{ service: {{ account: {SERVICE}, subject: {json.dumps(subject)} }}, "
        f"to: {json.dumps(_local(subject))} }}"
        for subject in instance_publishes(name)
    ]
    return f"""\
  {json.dumps(name)} {{
    users: [ {{
      nkey: {public}
      allowed_connection_types: {json.dumps(CONNECTIONS)}
      permissions: {{
        publish: {{ allow: {_quoted([_local(one) for one in instance_publishes(name)])} }}
        subscribe: {{ allow: {_quoted(instance_subscribes(name))} }}
      }}
    }} ]
    limits: {{ max_connections: {INSTANCE_CONNECTIONS} }}
    mappings: {{ {json.dumps(f"{API}.>")}: {json.dumps(f"{THEIR_API}.>")} }}
    imports: {_listed(imports)}
  }}"""


def _widened(subject: str) -> str:
    """A subject of any instance: a name inside a token leaves the whole token open."""
    return ".".join(ANYONE if ANYONE in token else token for token in subject.split("."))


def _local(subject: str) -> str:
    """What a subject of Centralcloud's is called in an instance's account."""
    return subject.replace(API, THEIR_API, 1) if subject.startswith(f"{API}.") else subject


def _quoted(subjects: Sequence[str]) -> str:
    return _listed([json.dumps(subject) for subject in subjects])


def _listed(lines: Sequence[str]) -> str:
    inner = ",\n".join(f"      {line}" for line in lines)
    return f"[\n{inner}\n    ]"
