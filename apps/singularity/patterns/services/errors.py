"""What can end a mining."""


class MiningError(Exception):
    """Mining cannot go on; the message says what to do."""
