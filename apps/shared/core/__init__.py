"""Base settings, environment, identity, jobs, embedded servers, health and progress."""
