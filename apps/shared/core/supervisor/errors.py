"""What can keep both sites from starting."""


class StartError(Exception):
    """Something that a user can mend; the message is one line and says how."""
