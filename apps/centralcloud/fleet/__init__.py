"""Who belongs to the fleet: enrolment, keys, heartbeats, who is learning what."""
