"""Published numbers: what the register holds, how each follows from others, and its verdict."""
