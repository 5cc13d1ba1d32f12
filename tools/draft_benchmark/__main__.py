"""How much of the register a draft of each document finds: ``python tools/draft_benchmark FOLDER``.

FOLDER holds the texts of the documents, as ``.txt``. Each is compared with the document of the register that has most
of its numbers. The draft never reads the register's rows of the document that it drafts.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from draft_benchmark import derivations
from draft_benchmark.measure import measure, report

from analysis.register.draft.reading import read_document
from analysis.register.entry import read_register
from analysis.register.evaluation import find
from analysis.workspace import open_snapshot


def main() -> int:
    """Measure every text of a folder and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--misses", metavar="DOCUMENT", help="also print what is not right in a document")
    options = parser.parse_args()
    register = read_register()
    documents = [read_document(path) for path in sorted(options.folder.glob("*.txt"))]
    results = [measure(document, register) for document in documents]
    print("\n".join(report(results, options.misses)))
    snapshot = open_snapshot("published")
    findings = {each.claim.id: each for each in find(register, snapshot)}
    found = [
        derivations.derivations(result, document, register, snapshot, findings)
        for result, document in zip(results, documents, strict=True)
    ]
    print("\n".join(derivations.report(found)))
    print("\n".join(line for each in found if each.document == options.misses for line in derivations.misses(each)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
