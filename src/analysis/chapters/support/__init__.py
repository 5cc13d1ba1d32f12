"""The chapter: help towards work."""
