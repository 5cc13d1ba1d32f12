"""Pixels and SVG of one pass are what matplotlib draws in two."""

import io
import re

import numpy as np
import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG

from analysis.report import plotting
from analysis.report.one_pass import draw_twice

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
GROWS = {
    "places of letters": r"<g[^>]*translate\(([^)]*)\)",
    "letters": r"<g[^>]*scale\(([^)]*)\)",
    "marks": r"<use[^>]* x=\"([^\"]*)",
    "dashes": r"stroke-dasharray: ([^;\"]*)",
    "lines": r"stroke-width: ([^;\"]*)",
    "clips": r"<rect x=\"([^\"]*)",
}
"""What is larger in pixels than in points."""


@pytest.fixture(scope="module")
def drawings():
    """Return the pixels and the SVG of a figure with all kinds of marks: by matplotlib itself, and by one pass."""
    with plotting.canvas(3.0) as (figure, (axes,)):
        axes.plot([0, 1, 2], [1, 3, 2], "--", lw=2, marker="o", label="dashed, with marks")
        axes.fill_between([0, 1, 2], [1, 2, 1], [2, 3, 3], alpha=0.3, hatch="///")
        axes.scatter([0, 1, 2] * 30, range(90), s=20)
        axes.hlines([1, 2], [0, 0], [1, 2], linestyles="--", lw=1.4)
        axes.imshow([[1, 2], [3, 4]], extent=(0, 2, 0, 90), aspect="auto", alpha=0.2)
        axes.pcolormesh([0, 1, 2], [50, 60, 70], [[1, 2], [3, 4]], alpha=0.4)
        axes.legend()
        plotting.put_title(figure, "What it shows", "What it says")
    plotting.lay_out(figure, fine=True)
    with rc_context({"svg.fonttype": "path", "svg.hashsalt": "x", "text.hinting": "none"}):
        ours, canvas, file = draw_twice(figure, Date=None), FigureCanvasAgg(figure), io.BytesIO()
        canvas.draw()
        pixels = np.array(canvas.buffer_rgba())
        FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None})  # leaves the figure at 72 pixels an inch
    return (pixels, file.getvalue().decode()), (ours[0], ours[1].decode())


def test_the_pixels_are_the_same(drawings):
    assert np.array_equal(drawings[0][0], drawings[1][0])


def test_the_svg_has_the_same_parts_and_size(drawings):
    texts = [each[1] for each in drawings]
    tags = [re.findall(r"<(\w+)", text) for text in texts]
    assert tags[0] == tags[1]
    assert {"pattern", "image", "clipPath", "use"} <= set(tags[0])
    sizes = [re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', text).groups() for text in texts]
    assert [float(each) for each in sizes[0]] == pytest.approx([float(each) for each in sizes[1]])


@pytest.mark.parametrize("kind", GROWS)
def test_every_part_is_where_it_was_and_as_wide(drawings, kind):
    """In pixels of which 200 go into an inch, instead of points; a hatching keeps its size, and is scaled whole."""
    texts = [re.sub(r"<pattern.*?</pattern>", "", text, flags=re.DOTALL) for _, text in drawings]
    plain, ours = (
        np.array([float(number) for part in re.findall(GROWS[kind], text) for number in NUMBER.findall(part)])
        for text in texts
    )
    ours = ours * 72 / plotting.DPI
    if kind == "lines":
        ours = ours[abs(ours - 1) > 1e-4]  # a width of one is not written out
    assert len(plain) == len(ours) > 0
    assert ours == pytest.approx(plain, abs=0.02, rel=1e-4)


def test_a_hatching_grows_with_the_rest(drawings):
    assert 'patternTransform="scale(2.77778)"' in drawings[1][1]
