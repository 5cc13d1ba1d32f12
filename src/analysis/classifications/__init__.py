"""Every list of codes, categories, groups and regions, as data, and the one check of a dimension, group or crossing."""
