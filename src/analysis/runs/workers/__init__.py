"""Independent tasks on many processes, here or on a cluster: runs of a sweep, simulations, replicates."""
