"""What may leave, and in which form: pure functions from stored facts to facts of the contract."""
