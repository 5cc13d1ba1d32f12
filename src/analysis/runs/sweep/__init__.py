"""One notebook over a grid of parameters: the grid, its runs on Dask workers, the folder that they fill."""
