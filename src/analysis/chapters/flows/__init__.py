"""The chapter: who comes in and who leaves."""
