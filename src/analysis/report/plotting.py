"""What all figures have in common: size, style, colours, numbers on axes, labels.

Every figure is 520 CSS pixels wide at twice the resolution; the second channel next to colour is the line style, the
marker or the hatching; lines are labelled directly.
"""

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.dates import DateFormatter, YearLocator
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath
from matplotlib.ticker import Formatter
from matplotlib.transforms import Bbox
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from analysis.language.numbers import decimals_needed
from analysis.language.translator import Translator
from analysis.report.one_pass import draw_twice

WIDTH = 5.2  # inches; 520 CSS pixels
SCREEN_DPI = 100  # CSS pixels of an inch
DPI = 2 * SCREEN_DPI  # of the figures of a run: sharp on fine screens and on paper
PALETTE, FINE_PALETTE = 64, 128  # colours of a figure in a notebook, and of one in the folder of a run
STYLES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
HATCHES = ("", "///", "...")
INK, SOFT = "#222222", "#595959"
LEAST_CONTRAST = 4.5  # of text and what is behind it: WCAG 2, level AA
LONGEST_STEP = {"month": 31, "quarter": 92}  # days from one figure to the next
_TITLE, _SUBTITLE = 54, 66  # characters that fit above a figure of the report's width, bold and plain
_LINE = 0.15  # inches of a line of small text
_END, _LEADER = 9, "#9a9a9a"  # the name at the end of a line: its size, and the colour of what ties it to the line
_EARLY = 0.08  # of the width of the axes: a line that ends this far from their edge has its name inside
_WIDER, _HIGHER = 1.1, 1.8  # room for a name, in its own width and size: the layout makes the axes somewhat smaller
_SPOTS = ((6, 0, "left"), (0, 11, "left"), (0, -11, "left"), (0, 11, "right"), (0, -11, "right"), (-6, 0, "right"))
"""Where a name may stand: points to the right and up from the end of its line, and the side of it that is there."""


_FINE = {"text.hinting": "none"}
"""Letters as wide in pixels as their outlines in SVG; on a coarse screen they would be less sharp."""
_TITLE_LINE, _SOURCE_LINE = 0.19, 0.13
"""Inches of a line: 11 and 8 points, with a fifth between lines."""


@contextmanager
def canvas(height: float, rows: int = 1, **options: object) -> Iterator[tuple[Figure, np.ndarray]]:
    """Yield a figure of the report's width in its style, and its axes."""
    settings = {"font.size": 10, "axes.titlesize": 10.5, "axes.edgecolor": "#999999", "legend.frameon": False}
    style = sns.axes_style("whitegrid", {"axes.spines.right": False, "axes.spines.top": False})
    with style, sns.plotting_context(rc=settings):
        figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
        yield figure, np.atleast_1d(figure.subplots(rows, 1, **options))


def make_room(figure: Figure) -> None:
    """Let a figure be higher where title and source have more than the usual lines: the axes keep their height."""
    for text, usual, line in ((figure.get_suptitle(), 2, _TITLE_LINE), (figure.get_supxlabel(), 2, _SOURCE_LINE)):
        figure.set_figheight(figure.get_figheight() + line * max(text.count("\n") + 1 - usual, 0))


def lay_out(figure: Figure, fine: bool) -> None:
    """Give a figure its resolution and its layout: once, for however many files are drawn of it after that.

    ``fine`` for the folder of a run, else small enough to be kept in a notebook. ``Figure.savefig`` would lay out a
    figure once more for each file.
    """
    figure.set_dpi(DPI if fine else SCREEN_DPI)
    if engine := figure.get_layout_engine():
        with rc_context(_FINE if fine else {}):
            engine.execute(figure)
        figure.set_layout_engine("none")


def png(figure: Figure) -> bytes:
    """Return a figure that was laid out as PNG, small enough to be kept in a notebook."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    # the last tenth of the size takes most of the time: it is spent on what is committed, not on every run
    return _with_palette(np.asarray(canvas.buffer_rgba()), PALETTE, optimize=True)


def png_and_svg(figure: Figure, name: str, **about: str) -> tuple[bytes, bytes]:
    """Return a figure that was laid out as PNG and as SVG; ``about`` is text for programs that read the files.

    Text in SVG is outlines: the same with whatever fonts the reader has. Its ids follow from ``name`` alone, so that
    the same figure always gives the same file.
    """
    with rc_context(_FINE | {"svg.fonttype": "path", "svg.hashsalt": name}):
        pixels, svg = draw_twice(figure, Date=None, **about)
    texts = PngInfo()
    for key, text in about.items():
        texts.add_itxt(key, text)
    return _with_palette(pixels, FINE_PALETTE, pnginfo=texts), svg


def _with_palette(pixels: np.ndarray, colours: int, **options: object) -> bytes:
    """Return pixels as PNG; the palette is chosen over the colours, not the pixels: a single mark keeps its own."""
    palette = Image.fromarray(pixels).convert("RGB").quantize(colours, method=Image.Quantize.MAXCOVERAGE)
    file = io.BytesIO()
    palette.save(file, format="png", **options)
    return file.getvalue()


def colours(count: int) -> list:
    """Return that many colours that colour-blind readers can tell apart."""
    return sns.color_palette("colorblind", count)


def contrast(colour: object, other: object = "white") -> float:
    """Return the contrast of two colours as WCAG 2 defines it: from 1 for the same to 21 for black and white."""
    channels = np.array([to_rgb(colour), to_rgb(other)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    darker, lighter = sorted(linear @ (0.2126, 0.7152, 0.0722) + 0.05)
    return lighter / darker


def readable(colour: object) -> object:
    """Return the colour of a line as its name is written: as much darker as it takes to be read on white."""
    steps = (tuple(shade * channel for channel in to_rgb(colour)) for shade in np.linspace(1, 0, 41))
    return next(each for each in steps if contrast(each) >= LEAST_CONTRAST)


class NumberTicks(Formatter):
    """Print the ticks of an axis in a language, with as many decimals as it takes to print all of them exactly."""

    def __init__(self, translator: Translator) -> None:
        self.translator = translator

    def __call__(self, value: float, pos: int | None = None) -> str:
        """Return the text of one tick that stands alone."""
        return self.format_ticks([value])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Return the text of all ticks of an axis."""
        decimals = decimals_needed(6, 0, *values)  # an axis may have no ticks
        return [self.translator.number(value, decimals) for value in values]


def value_axis(axes: Axes, translator: Translator, which: str = "y", room: float = 0.0) -> None:
    """Print the values of one axis in the language, without grid lines for the other; ``room`` is left above them."""
    getattr(axes, f"{which}axis").set_major_formatter(NumberTicks(translator))
    axes.grid(axis={"x": "y", "y": "x"}[which], visible=False)
    if room:
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + room * (high - low))


def mark_cut_axis(axes: Axes, translator: Translator) -> None:
    """Say in the lower left corner that the values of a line begin above zero, where they do."""
    if axes.get_ylim()[0] > 0:
        style = {
            "xycoords": "axes fraction",
            "fontsize": 8,
            "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1},
        }
        note(axes, translator.word("figures.words", "cut_axis"), (0, 0), (3, 3), SOFT, **style)


def quarter_axis(axes: Axes, quarters: list[str]) -> np.ndarray:
    """Put quarters on the x axis, years as ticks (every second one when there are many); return their positions."""
    first = [position for position, quarter in enumerate(quarters) if quarter.endswith("Q1")] or [0]
    first = first[:: 1 + len(first) // 8]
    axes.set_xticks(first, [quarters[position][:4] for position in first])
    axes.set_xlim(-0.6, len(quarters) - 0.4)
    return np.arange(len(quarters))


def year_axis(axes: Axes, dates: pd.Series) -> None:
    """Put dates on the x axis, years as ticks (fewer when there are many), with room at both ends."""
    first, last = dates.min(), dates.max()
    axes.xaxis.set_major_locator(YearLocator(1 + (last.year - first.year) // 7))
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))
    margin = max((last - first) * 0.03, pd.Timedelta(days=100))
    axes.set_xlim(first - margin, last + margin)


def note(
    axes: Axes, text: str, at: tuple[float, float], shift: tuple[float, float], colour: object = INK, **more
) -> None:
    """Write small text next to a point, shifted by so many typographic points."""
    style = {"xytext": shift, "textcoords": "offset points", "fontsize": 8.5, "color": readable(colour)}
    axes.annotate(text, at, **(style | more))


def explain(figure: Figure, lines: list[str]) -> None:
    """Write what the marks are below the last axes of a figure, which grows by these lines."""
    figure.axes[-1].set_xlabel("\n".join(lines), fontsize=8.5, color=SOFT)
    figure.set_figheight(figure.get_figheight() + _LINE * len(lines))


def put_title(figure: Figure, title: str, finding: str = "") -> None:
    """Write the title above a figure; below what the figure says, where it says something, in plain letters."""
    above = textwrap.fill(finding or title, _TITLE)
    below = textwrap.fill(title, _SUBTITLE) if finding and figure.axes else ""
    room = "\n" * (below.count("\n") + 1) if below else ""
    heading = figure.suptitle(above + room, x=0.01, ha="left", fontsize=11, fontweight="bold")
    if below:
        style = {"xycoords": heading, "va": "bottom", "fontsize": 10, "color": SOFT, "in_layout": False}
        figure.axes[0].annotate(below, (0, 0), annotation_clip=False, **style)


def boxed_note(axes: Axes, text: str, at: tuple[object, float]) -> None:
    """Write small text over a point, on a white ground that sets it apart from a coloured bar."""
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2, "alpha": 0.85}
    note(axes, text, at, (0, 0), ha="center", va="center", bbox=box)


def label_ends(axes: Axes, ends: list[tuple[object, float, str, object]], gap: float = 0.07) -> None:
    """Write each line's name at its end: inside the axes where the line ends early, else to the right of the axes.

    A name inside covers no line and no other name. Names without such room stand to the right, as those of lines that
    reach the edge do, pushed apart where they would overlap; what ties a name to its line is thin, dotted and grey for
    every line, so that it cannot be taken for figures.

    Parameters
    ----------
    axes : Axes
    ends : list of (x, y, name, colour)
        The last point of each line.
    gap : float
        The least distance between two names, as a part of the height of the axes.
    """
    low, high = axes.get_ylim()
    edge, at = axes.get_xlim()[1], -np.inf
    leader = {"arrowstyle": "-", "color": _LEADER, "lw": 0.6, "ls": (0, (1, 3)), "shrinkA": 0, "shrinkB": 3}
    for x, y, name, colour in sorted(_not_inside(axes, ends), key=lambda end: end[1]):
        at = max(y, at + gap * (high - low))
        style = {"color": readable(colour), "fontsize": _END, "va": "center", "annotation_clip": False}
        axes.annotate(f" {name}", (x, y), xytext=(edge, at), arrowprops=leader | {"relpos": (0, 0.5)}, **style)


def _not_inside(axes: Axes, ends: list[tuple[object, float, str, object]]) -> list[tuple[object, float, str, object]]:
    """Write the names of lines that end early where there is room for them; return the ends that are left."""
    window, points = axes.get_window_extent(), axes.figure.dpi / 72  # before the layout: nearly the size it will have
    paths = [line.get_transform().transform_path(line.get_path()) for line in axes.get_lines()]
    boxes, left = [], []
    for x, y, name, colour in ends:
        end = axes.transData.transform((axes.convert_xunits(x), y))
        size = points * np.array([_WIDER * TextPath((0, 0), name, size=_END).get_extents().width, _HIGHER * _END])
        spots = _SPOTS if window.x1 - end[0] > _EARLY * window.width else ()
        for *shift, side in spots:
            middle = end + points * np.array(shift) + (size * (0.5, 0) if side == "left" else size * (-0.5, 0))
            box = Bbox([middle - size / 2, middle + size / 2])
            fits = (box.min >= window.min).all() and (box.max <= window.max).all() and not box.count_overlaps(boxes)
            if fits and not any(box.count_contains(p.vertices) or p.intersects_bbox(box, filled=False) for p in paths):
                boxes.append(box)
                note(axes, name, (x, y), tuple(shift), colour, fontsize=_END, ha=side, va="center")
                break
        else:
            left.append((x, y, name, colour))
    return left


def mark_missing(axes: Axes, positions: np.ndarray, missing: np.ndarray, translator: Translator) -> None:
    """Hatch the positions without a figure, and say so once."""
    for x in positions[missing]:
        axes.axvspan(x - 0.5, x + 0.5, facecolor="#f2f2f2", edgecolor="#cccccc", hatch="////", lw=0, zorder=0)
    if missing.any():
        last, top = positions[missing][-1], axes.get_ylim()[1]
        side, edge = ("right", last + 0.5) if last > positions.mean() else ("left", positions[missing][0] - 0.5)
        style = {"ha": side, "va": "top", "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1}}
        shift = (-2 if side == "right" else 2, -14)
        note(axes, translator.value("not_in_snapshot"), (edge, top), shift, SOFT, **style)


def draw_runs(axes: Axes, line: pd.DataFrame, grain: str, number: int, colour: object, leading: bool = False) -> None:
    """Draw ``height`` by sorted ``date`` in the style of this number; a line over a gap would invent figures.

    ``grain`` is ``month`` or ``quarter``; a longer step from one date to the next is a gap. A leading line is broad and
    lies under the others, so that those that say the same can be seen on it; every second line has open marks around
    those of the lines that it lies on.
    """
    style = {"ls": STYLES[number % 4], "marker": MARKERS[number % 7], "ms": 3, "lw": 1.3, "color": colour}
    style |= {"ms": 4.6, "mfc": "none", "mew": 0.9} if number % 2 else {}
    style |= {"ls": "-", "marker": "", "lw": 6, "alpha": 0.45, "zorder": 1.5} if leading else {}
    gaps = line["date"].diff().dt.days > LONGEST_STEP[grain]
    for _, run in line.groupby(gaps.cumsum(), observed=True):
        axes.plot(run["date"], run["height"], **style)
