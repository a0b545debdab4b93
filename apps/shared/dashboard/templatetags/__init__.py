"""Template tags of dashboards: charts, times and what stands where nothing is."""
