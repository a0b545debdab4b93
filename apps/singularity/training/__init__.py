"""What an instance trains: corpus, runs, models, and which of them is in use."""
