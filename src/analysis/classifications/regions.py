"""The regions whose codes never change; the list is ``regions.toml``."""

from analysis.classifications.categories import read_list

COUNTRY = "NL01"


def regions_of(level: str) -> list[str]:
    """Return the codes of the regions of a level that are listed, such as the twelve provinces."""
    prefix = read_list("regions")["levels"][level]["prefix"]
    return [code for code in read_list("regions")["regions"] if code.startswith(prefix)]
