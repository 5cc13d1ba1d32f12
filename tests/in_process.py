"""A notebook run in this process, without a kernel: what a run over many parameters needs, in a tenth of the time.

Kernels, papermill and what goes wrong with them are tested by the runs of the report and by nbval.
"""

from __future__ import annotations

import json
import os
import time

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from analysis.runs.kernel import Job, Outcome
from analysis.runs.translation import PROSE, notebook_in
from analysis.workspace import RUN_FOLDER_VARIABLE


def run_here(job: Job) -> Outcome:
    """Run a notebook's cells with the job's parameters; write it with its outputs where the job says."""
    begun = time.perf_counter()
    notebook = nbformat.reads(json.dumps(notebook_in(job.source, job.parameters.get("lang", PROSE))), as_version=4)
    before = os.environ.get(RUN_FOLDER_VARIABLE)
    os.environ[RUN_FOLDER_VARIABLE] = str(job.folder)
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    error, failed = "", 0
    try:
        for number, cell in enumerate(notebook.cells, start=1):
            if cell.cell_type == "code" and not error:
                error = _run_cell(shell, cell, job)
                failed = number if error else 0
    finally:
        InteractiveShell.clear_instance()
        if before is None:
            del os.environ[RUN_FOLDER_VARIABLE]
        else:
            os.environ[RUN_FOLDER_VARIABLE] = before
    nbformat.write(notebook, job.output)
    return Outcome(job.name, time.perf_counter() - begun, 1, error, failed)


def _run_cell(shell: InteractiveShell, cell: nbformat.NotebookNode, job: Job) -> str:
    source = cell.source
    if "parameters" in cell.metadata.get("tags", []):
        source += "".join(f"\n{name} = {value!r}" for name, value in job.parameters.items())
    with capture_output(stdout=False, stderr=False) as caught:
        result = shell.run_cell(source)
    cell.outputs = [
        nbformat.v4.new_output("display_data", data=shown.data, metadata=shown.metadata or {})
        for shown in caught.outputs
    ]
    fault = result.error_in_exec or result.error_before_exec
    return f"{type(fault).__name__}: {fault}" if fault else ""
