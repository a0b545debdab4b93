"""The applications of both sites."""
