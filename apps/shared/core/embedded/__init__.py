"""PostgreSQL, Valkey and NATS from wheels, for whatever the environment does not configure.

`servers.EmbeddedServers` finds a running server or starts it; the last process that needs them
stops them. The state folder holds their data, logs, locks and pid files.
"""
