"""What the world's packages know: versions, dependencies, advisories, and who uses them."""
