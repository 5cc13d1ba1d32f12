"""The chapter: how long."""
