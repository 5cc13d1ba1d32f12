"""Published numbers: what the register holds, how each follows from others, and its verdict.

In a notebook, ``from analysis import register`` gives ``register.check``, ``keep``, ``read`` and ``evaluate``.
"""

from typing import Any

IN_A_NOTEBOOK = ("check", "evaluate", "keep", "read")


def __getattr__(name: str) -> Any:
    """Return a function for notebooks; what it needs is imported when one is used."""
    if name not in IN_A_NOTEBOOK:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from analysis.register import notebook

    return getattr(notebook, name)
