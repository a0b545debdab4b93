"""Words of code, their counts, and the unigram tokenizer that is trained from them; no Django."""
