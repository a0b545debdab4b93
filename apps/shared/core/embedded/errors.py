"""What can go wrong with an embedded server."""


class EmbeddedServerError(Exception):
    """An embedded server cannot run; the message says which, why, and what to do next."""
