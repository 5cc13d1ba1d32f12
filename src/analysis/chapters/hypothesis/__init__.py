"""The chapter: one hypothesis tested."""
