"""papermill's engine, which writes the notebook every few seconds and not before and after each cell."""

from typing import Any

from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines

ENGINE = "bijstand"
BETWEEN = 5.0
"""Seconds from one writing to the next; at its end, however it ends, a notebook is always written."""


class OwnEngine(NBClientEngine):
    """Runs a notebook as papermill does."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any) -> None:
        """Run the cells."""
        write = nb_man.save

        def save(**cell: Any) -> None:
            if (nb_man.now() - nb_man.last_save_time).total_seconds() >= BETWEEN:
                write(**cell)

        nb_man.save = save
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **options)
        finally:
            nb_man.save = write


papermill_engines.register(ENGINE, OwnEngine)
