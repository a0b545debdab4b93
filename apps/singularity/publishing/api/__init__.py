"""REST API of the egress ledger."""
