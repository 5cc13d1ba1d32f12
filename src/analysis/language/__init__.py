"""Dutch and English: every word of report, register and page, and how numbers and periods are written."""
