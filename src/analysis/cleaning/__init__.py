"""Stored cells to tidy observations: numbers, periods, reasons of absence, rounding. Begin with `cells.read_cells`."""
