"""The maker of the ``published`` snapshot: real figures, transcribed by hand from pages and documents.

``python -m analysis.published`` builds it from ``data/sources``.
"""

from analysis.published.build import build_published, published_tables

__all__ = ["build_published", "published_tables"]
