"""Every list of codes, categories, groups and regions, and the checks of what may be asked of them."""
