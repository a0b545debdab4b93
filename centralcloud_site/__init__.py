"""The site Centralcloud: the cloud that combines what instances share."""
