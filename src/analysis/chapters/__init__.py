"""What a notebook shows: one folder a notebook, with its figures, sentences, words and table specifications."""
