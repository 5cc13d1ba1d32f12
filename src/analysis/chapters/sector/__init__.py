"""The chapter: work-development companies."""
