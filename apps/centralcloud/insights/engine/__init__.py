"""Association, rules, versions and trends over a fleet: pure, arrays and dataclasses in and out."""
