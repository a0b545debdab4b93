"""REST endpoints of messages, on both sites."""
