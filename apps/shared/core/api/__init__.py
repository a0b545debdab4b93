"""What every REST endpoint shares: the shape of errors and of pages."""
