"""How the numbers of a draft may follow from each other, from other documents and from tables: proposed and tried."""
