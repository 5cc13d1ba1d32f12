"""The chapter: how many, who, since when."""
