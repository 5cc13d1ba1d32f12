"""Every list of codes, categories, groups and regions, as data; `selection.find_crossing` checks what is named."""
