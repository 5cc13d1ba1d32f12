"""Tests of a hypothesis on one or two groups, and what stands around them: what they could find, other choices."""
