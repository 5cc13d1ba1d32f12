"""The bank: named, immutable, checksummed states of tables; ``data/README.md`` describes the format."""
