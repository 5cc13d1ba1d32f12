"""Imported before whatever imports nbformat: a second less in each process, and no notebook has an IRI.

jsonschema, which nbformat imports, would compile a grammar of them.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)
