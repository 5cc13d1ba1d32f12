"""Forks a process for each pull that is asked for on a line, so that many can be killed without starting Python anew.

Each line is JSON: folder, name, tables, platform, base_url. The answer is the id of the process, and when it has
ended a second line with its status (negative: the signal).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import cbsodata  # noqa: F401
import pandas as pd  # noqa: F401

from analysis.statline.download import pull
from analysis.statline.retry import RetryPolicy
from analysis.statline.session import Session


def child(job: dict) -> int:
    policy = RetryPolicy(connect=1, read=2, request=5, attempts=3, first_wait=0.001, longest_wait=0.01, total=20)
    pull(Path(job["folder"]), job["tables"], job["name"], job["platform"], job["base_url"], Session(policy))
    return 0


print("ready", flush=True)  # noqa: T201
for line in sys.stdin:
    process = os.fork()
    if not process:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
        os._exit(child(json.loads(line)))
    print(process, flush=True)  # noqa: T201
    print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)  # noqa: T201
