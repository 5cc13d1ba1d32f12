"""The chapter: what a snapshot holds and what changed."""
