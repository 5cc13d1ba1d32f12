"""Numbers that know their range: exact arithmetic, comparison and ranks. They know cells, not tables."""
