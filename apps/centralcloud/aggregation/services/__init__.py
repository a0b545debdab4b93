"""Write side: take in contributions, add them up, take them out again."""
