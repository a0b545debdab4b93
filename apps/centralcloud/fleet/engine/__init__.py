"""Liveness and NATS configuration, as functions of their arguments alone."""
