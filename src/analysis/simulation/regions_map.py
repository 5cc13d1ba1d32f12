"""The codes of simulated regions, and which parts of municipalities lie in each in each month: mergers and levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.classifications.categories import TOTAL, read_list
from analysis.classifications.regions import COUNTRY, regions_of
from analysis.simulation.regions import REGION_MONTHS, Regions
from analysis.snapshots.format import Code


@dataclass(frozen=True, eq=False)
class RegionMap:
    """The codes of all regions, sorted, and the parts in each: ``member`` is 0 or 1, (regions, parts, months)."""

    codes: tuple[Code, ...]
    member: np.ndarray

    def add_up(self, numbers: np.ndarray) -> np.ndarray:
        """Return numbers of parts (..., P, T), of the last months, added up by region (..., regions, T)."""
        member = self.member[..., -numbers.shape[-1] :]
        added = np.empty((*numbers.shape[:-2], len(member), numbers.shape[-1]), numbers.dtype)
        for region, inside in enumerate(member):
            parts = np.flatnonzero(inside.any(axis=1))
            added[..., region, :] = (numbers[..., parts, :] * inside[parts]).sum(axis=-2)
        return added

    def texts(self, numbers: np.ndarray) -> np.ndarray:
        """Return numbers of regions (..., regions, T) as texts, blank in the months in which a region is none."""
        there = self.member[..., -numbers.shape[-1] :].any(axis=1)
        return np.where(there, numbers.astype(str).astype(object), "")


def map_of(regions: Regions) -> RegionMap:
    """Return the country, its four parts, the provinces and all municipalities, those that were merged as well."""
    listed, provinces = read_list("regions")["regions"], regions_of("province")
    of_part, months = regions.province[regions.whole], np.arange(len(REGION_MONTHS))
    before = months < regions.merged[:, None]
    always = np.ones(before.shape, bool)
    rows = {COUNTRY: (Code(COUNTRY, "Nederland", TOTAL, {"level": "country"}), always)}
    for part in regions_of("part_of_country"):
        inside = np.isin(of_part, [n for n, code in enumerate(provinces) if listed[code]["part_of"] == part])
        about = {"level": "part_of_country", "parent": COUNTRY}
        rows[part] = (Code(part, f"{listed[part]['nl']} (LD)", None, about), always & inside[:, None])
    for n, code in enumerate(provinces):
        about = {"level": "province", "parent": listed[code]["part_of"]}
        rows[code] = (Code(code, f"{listed[code]['nl']} (PV)", None, about), always & (of_part == n)[:, None])
    parts, wholes = np.array(regions.parts)[:, None], np.array(regions.codes)[regions.whole][:, None]
    for number, name in enumerate(sorted({*regions.parts, *regions.codes}), 1):
        part, whole = parts == name, wholes == name
        code = Code(name, f"Gemeente {number}", None, _attributes(regions, name, provinces))
        rows[name] = (code, np.where(before, part, whole))
    ordered = sorted(rows)
    return RegionMap(tuple(rows[name][0] for name in ordered), np.array([rows[name][1] for name in ordered], np.int64))


def _attributes(regions: Regions, name: str, provinces: list[str]) -> dict[str, str]:
    """Return level, province and validity of a municipality, as a pull keeps them."""
    part = regions.parts.index(name) if name in regions.parts else -1
    whole = regions.codes.index(name) if name in regions.codes else int(regions.whole[part])
    about = {"level": "municipality", "parent": provinces[regions.province[whole]]}
    begun = int(regions.merged[regions.whole == whole].max())
    day = f"{REGION_MONTHS[begun]}-01"
    if begun and part < 0:
        about["valid_from"] = day
    if begun and name not in regions.codes:
        about["valid_until"] = day
    return about
