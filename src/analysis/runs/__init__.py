"""Running notebooks: parameters, kernels, the pool, the folder of a run, the hypothesis log."""
