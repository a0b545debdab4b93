"""What Prometheus reads: requests by route, jobs by state."""
