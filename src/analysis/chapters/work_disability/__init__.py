"""The chapter: work with a disability."""
