"""Management commands that both sites have."""
