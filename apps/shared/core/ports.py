"""Loopback ports for servers on this machine."""

import socket

HOST = "127.0.0.1"


def port_near(wanted: int) -> int:
    """The wanted port when it is free, else one that the kernel says is free.

    Raises OSError when there is none.
    """
    try:
        return _bound(wanted)
    except OSError:
        return _bound(0)


def _bound(port: int) -> int:
    with socket.socket() as probe:
        # A connection that closed a moment ago does not make the port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        return int(probe.getsockname()[1])
