"""Figures, sentences and measures of the chapter on differences between municipalities and provinces."""
