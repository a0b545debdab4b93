"""Events between sites: outbox, relay, consumer, inbox, dead letters, questions and answers."""
