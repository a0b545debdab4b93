"""The site Singularity: an instance that reads its own code base and answers for it."""
