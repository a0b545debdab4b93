"""REST API of families' rounds, aggregates and how they were judged."""
