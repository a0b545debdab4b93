"""What leaves an instance: chosen, redacted, queued as state, and listed in the egress ledger."""
