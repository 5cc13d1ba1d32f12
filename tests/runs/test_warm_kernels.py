"""Kernels forked from one process: what comes out is the same, nothing leaks, nothing is left running."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time

import nbformat
import psutil
import pytest
from test_run import make_notebook

from analysis.cleaning.cells import read_cells
from analysis.cli import main
from analysis.runs.kernel_server import READS, SERVER, Server
from analysis.runs.plan import plan_run
from analysis.runs.pool import LONGEST_ADDRESS, kernel_server
from analysis.runs.report_run import NotebookFailedError, run_report
from analysis.workspace import HOME_VARIABLE, open_snapshot
from project_copy import outputs

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
SHOWS = """
import os, sys
import matplotlib, numpy, pandas
from matplotlib import pyplot
pyplot.plot([1, 2, 4])
print(type(sys.stdout).__name__, __name__, matplotlib.get_backend(), pandas.get_option("display.width"))
print(sys.argv[0], sys.path, matplotlib.rcParams["figure.dpi"], os.getcwd())
pandas.DataFrame({"a": [1, 2]})
"""
CHANGES = """
import builtins, os, pandas, warnings
pandas.set_option("display.width", 33)
os.environ["LEFT_BEHIND"] = builtins.left_behind = "yes"
warnings.simplefilter("ignore")
import analysis
analysis.__version__ = "changed"
"""
ASKS = """
import builtins, os, pandas, analysis
print(pandas.get_option("display.width"), os.environ.get("LEFT_BEHIND"), hasattr(builtins, "left_behind"))
print(analysis.__version__)
import numpy, random
print(numpy.random.random(), random.random())
"""


def run(home, kernels, jobs=1):
    return run_report(plan_run(home / "made", None, {}), home / "outputs", jobs, lambda *_: None, kernels)


def outputs_of(folder, name):
    cells = nbformat.read(folder / "notebooks" / f"{name}.ipynb", as_version=4).cells
    return [cell.get("outputs", []) for cell in cells]


def logged(folder):
    """Return the log, but for what a kernel says that is interrupted, as all are at their end, in its last cell."""
    lines = (folder / "log" / "01_shows.log").read_text().splitlines()
    return [line for line in lines if "KeyboardInterrupt caught in kernel" not in line]


@pytest.fixture(scope="module")
def address():
    with kernel_server() as found:
        yield found


def test_what_a_notebook_shows_is_the_same_from_a_plain_kernel(home, address):
    make_notebook(home / "made", "01_shows", SHOWS)
    warm, plain = run(home, address), run(home, "")
    assert outputs_of(warm, "01_shows") == outputs_of(plain, "01_shows")
    assert any("image/png" in each.get("data", {}) for each in outputs_of(warm, "01_shows")[-1])
    records = [json.loads((folder / "run.json").read_text()) for folder in (warm, plain)]
    assert records[0]["versions"] == records[1]["versions"]
    assert records[0]["versions"]["pandas"].startswith("3")
    assert logged(warm) == logged(plain)


def test_what_a_notebook_changes_does_not_reach_the_next(home, address):
    make_notebook(home / "made", "01_changes", CHANGES)
    for name in ("02_asks", "03_asks"):
        make_notebook(home / "made", name, ASKS)
    folder = run(home, address)
    second, third = (outputs_of(folder, name)[-1][0]["text"].splitlines() for name in ("02_asks", "03_asks"))
    assert second[0].split()[:3] == ["80", "None", "False"]
    assert second[1] != "changed"
    assert not set(second[2].split()) & set(third[2].split())  # nor do two draw the same numbers


READS_A_TABLE = """
import json, os
from analysis import workspace
from analysis.cleaning.cells import read_cells
from analysis.workspace import open_snapshot
source = open_snapshot("published")
before = read_cells.cache_info().misses
cells = read_cells(source, "82016NED", *source.metadata("82016NED").grains())
print(source is open_snapshot("published"), read_cells.cache_info().misses - before, len(cells.frame))
"""


def test_a_server_reads_once_what_its_kernels_read(home, address):
    """The second kernel too finds the table read; a kernel of its own reads it itself, the same."""
    for name in ("01_reads", "02_reads"):
        make_notebook(home / "made", name, "from analysis.measures import caseload", READS_A_TABLE)
    (rows,) = {read_cells(open_snapshot(), "82016NED").frame.shape[0]}
    told = {"warm": f"True 0 {rows}\n", "plain": f"False 1 {rows}\n"}
    for kind, kernels in (("warm", address), ("plain", "")):
        folder = run(home, kernels)
        for name in ("01_reads", "02_reads"):
            assert outputs_of(folder, name)[-1][0]["text"] == told[kind], (kind, name)


def test_what_a_server_cannot_read_the_notebook_says(monkeypatch):
    """A snapshot that is not there, a table that it lacks, no request at all: the kernel is forked all the same."""
    monkeypatch.setattr("analysis.workspace._KEPT", {})
    (mine, _), (standard_input, _) = socket.socketpair(), socket.socketpair()
    monkeypatch.setattr("sys.stdin", standard_input)
    server = Server(mine)
    for asked in ({}, {"snapshot": "lost"}, {"snapshot": "published", "tables": ["1NED"], "register": False}):
        server.read_ahead({READS: json.dumps(asked), HOME_VARIABLE: os.environ.get(HOME_VARIABLE, "")})
    server.read_ahead({})
    assert server.read == {}


def test_a_kernel_that_is_killed_is_told_as_ever(home, address):
    make_notebook(home / "made", "01_dies", "import os, signal", "os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(NotebookFailedError, match=r"01_dies\.ipynb, cell 4: DeadKernelError"):
        run(home, address)


def test_without_a_server_that_answers_kernels_start_the_ordinary_way(home, tmp_path):
    make_notebook(home / "made", "01_one", "print(1)")
    folder = run(home, str(tmp_path / "nobody"))
    assert outputs_of(folder, "01_one")[-1][0]["text"] == "1\n"
    assert "ordinary kernel" in (folder / "log" / "01_one.log").read_text()


def test_where_a_socket_has_no_room_for_its_name_kernels_are_plain(tmp_path, monkeypatch):
    monkeypatch.delenv(SERVER, raising=False)
    deep = tmp_path / ("d" * LONGEST_ADDRESS)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with kernel_server() as found:
        assert found == ""
    assert list(deep.iterdir()) == []


def test_an_unknown_kind_of_kernel_is_refused(home, capsys):
    assert main(["report", "--kernel", "wram"]) == 2
    assert "warm" in capsys.readouterr().err
    assert outputs(home) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_command_leaves_neither_server_nor_kernels(home, how, monkeypatch):
    monkeypatch.delenv(SERVER, raising=False)
    for number in (1, 2):
        make_notebook(home / "notebooks", f"8{number}_slow", "import time", "time.sleep(120)")
    names = [word for number in (1, 2) for word in ("--notebook", f"8{number}_slow")]
    script = home / "go.py"
    script.write_text(
        "import sys\nfrom analysis.cli import main\n"
        f"if __name__ == '__main__':\n    sys.exit(main(['report', *{names!r}]))\n"
    )
    process = subprocess.Popen(
        [sys.executable, script], env={**os.environ, HOME_VARIABLE: str(home)}, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    deadline, forked = time.monotonic() + 120, []
    while time.monotonic() < deadline and len(forked) < 2:
        time.sleep(0.3)
        family = psutil.Process(process.pid).children(recursive=True)
        servers = [each for each in family if "analysis.runs.kernel_server" in each.cmdline()]
        forked = [child for server in servers for child in server.children()]
    assert len(forked) >= 2, "the run did not begin"
    time.sleep(1)
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(how)
    process.wait(60)
    _, alive = psutil.wait_procs(family, timeout=15)
    assert [each.cmdline() for each in alive if "kernel" in " ".join(each.cmdline())] == []


def test_a_kernel_that_ends_as_its_connection_is_closed_does_not_end_the_server(monkeypatch):
    """Both are in one batch of events: the end is told first, and the connection that was closed is no longer known."""
    reading, writing = os.pipe()
    with open(reading) as standard_input, socket.socket(socket.AF_UNIX) as listening, open(writing, "w"):
        monkeypatch.setattr(sys, "stdin", standard_input)
        server = Server(listening)
        ours, theirs = socket.socketpair()
        kernel = subprocess.Popen([sys.executable, "-c", ""])
        server.kernels[ours] = kernel.pid
        server.selector.register(ours, selectors.EVENT_READ, server.hang_up)
        theirs.close()
        os.waitid(os.P_PID, kernel.pid, os.WEXITED | os.WNOWAIT)
        server.reap(server.awake)
        server.hang_up(ours)
        assert server.kernels == {}
        for each in (server.selector, server.awake, server.wake):
            each.close()
        kernel.wait()
