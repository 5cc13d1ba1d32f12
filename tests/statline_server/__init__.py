"""A loopback server that speaks CBS StatLine's OData v3 and v4, with faults on request; for tests and benchmarks.

``cube`` holds tables, ``shapes`` makes them in the shape of real ones, ``v3`` and ``v4`` answer, ``faults`` spoils,
``serve`` listens. Everything is made up but the format, which was taken from recorded answers of the service.
"""

from __future__ import annotations

from statline_server.cube import Code, Cube, Dimension, Group, Measure, generated_cube, replace_cells, with_modified
from statline_server.faults import CONTENT, KINDS, LASTING, LOUD, FaultSchedule, Plan
from statline_server.serve import Request, StatLineServer, serve

__all__ = [
    "CONTENT",
    "KINDS",
    "LASTING",
    "LOUD",
    "Code",
    "Cube",
    "Dimension",
    "FaultSchedule",
    "Group",
    "Measure",
    "Plan",
    "Request",
    "StatLineServer",
    "generated_cube",
    "replace_cells",
    "serve",
    "with_modified",
]
