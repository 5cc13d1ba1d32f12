"""CBS StatLine: what its tables should look like, how to bring one home whole, and the bank of vintages."""

from analysis.statline.bank import damaged, pull
from analysis.statline.service import PLATFORMS, Service

__all__ = ["PLATFORMS", "Service", "damaged", "pull"]
