"""The shared library of the bijstand workbench.

The parts, each importing only those to its right::

    cli -> reporting -> models -> measures -> cleaning -> snapshots

``published`` makes the snapshot that ships with the repository. A notebook takes what it needs from the
public names of a part, for example ``from analysis.measures import flows``.
"""

__version__ = "0.1.0"
