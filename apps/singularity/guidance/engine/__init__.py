"""Which of several models is used, and which offers are worth a look: pure functions."""
