"""CBS's service StatLine: what its tables should be, and how one is downloaded whole."""
