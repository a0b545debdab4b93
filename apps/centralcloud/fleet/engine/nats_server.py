"""nats-server's configuration for production, to be read and adapted by its operator."""

from __future__ import annotations

import json
from collections.abc import Sequence

RELOAD = "`nats-server --signal reload` twice (a new instance is answered after the second)"
"""What an operator does when the users have changed; in a cluster at each server."""
CLIENT_PORT = 4222
CLUSTER_PORT = 6222

SINGLE = """\
# nats-server for Singularity. Written by `manage.py nats_config --server`: adapt it and keep it;
# only users.conf beside it is written again, when instances come and go. Reload twice then: the
# server answers those that are new after the second time.
server_name: $NATS_SERVER_NAME
listen: "0.0.0.0:{client}"
http: "127.0.0.1:8222"

jetstream {{
  store_dir: "/var/lib/nats"
  max_memory_store: 256MB
  max_file_store: 20GB
}}

# Limits: what one instance can take from the others. All but the first hold for each connection;
# how many connections an instance may have is said in users.conf.
max_connections: {connections}
max_subscriptions: 1000
max_payload: 1MB
max_pending: 16MB

# Seeds never leave their owners, yet what is said is readable on the way without TLS.
# tls {{
#   cert_file: "/etc/nats/server.pem"
#   key_file: "/etc/nats/server-key.pem"
#   ca_file: "/etc/nats/ca.pem"
#   handshake_first: "auto"
# }}
"""
CLUSTER = """
# Every server of the cluster has this file, and users.conf; only NATS_SERVER_NAME differs
# ({names}). Each is reloaded.
# NATS_REPLICAS={replicas} keeps each message on {replicas} of them.
cluster {{
  name: "singularity"
  listen: "0.0.0.0:{cluster}"
  routes: {routes}
  # tls {{ cert_file: "/etc/nats/server.pem", key_file: "/etc/nats/server-key.pem", \
ca_file: "/etc/nats/ca.pem" }}
}}
"""
INCLUDE = '\ninclude "users.conf"\n'


def server_text(*, replicas: int, hosts: Sequence[str], instances: int) -> str:
    """A complete configuration that includes ``users.conf`` beside it.

    ``hosts`` are those of the cluster; where too few are known, names to be replaced stand in
    their place. ``instances`` is the size of the fleet now: connections are limited to several
    for each of twice as many.
    """
    text = SINGLE.format(client=CLIENT_PORT, connections=max(1000, 8 * instances))
    if replicas > 1:
        text += _cluster(replicas, list(hosts))
    return text + INCLUDE


def _cluster(replicas: int, hosts: list[str]) -> str:
    if len(hosts) < replicas:
        hosts = [f"nats-{number}.example.org" for number in range(1, replicas + 1)]
    routes = [f"nats-route://{host}:{CLUSTER_PORT}" for host in hosts]
    names = ", ".join(f"nats-{number}" for number in range(1, len(hosts) + 1))
    return CLUSTER.format(
        replicas=replicas, cluster=CLUSTER_PORT, routes=json.dumps(routes), names=names
    )
