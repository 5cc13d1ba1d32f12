"""The pages made of a run."""
