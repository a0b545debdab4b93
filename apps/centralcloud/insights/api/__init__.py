"""REST endpoints of insights: the questions that NATS answers, and the same answers."""
