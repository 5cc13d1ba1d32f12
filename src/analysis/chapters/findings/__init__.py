"""The chapter: do the published numbers stand."""
