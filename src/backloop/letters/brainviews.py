"""Pictures of brain maps: seen through the skull and in slices, drawn by nilearn where it is installed.

Decides what of a map is shown and says so; the map's values and its words come from the file and its sidecar. Alone
in knowing nilearn and matplotlib; no figure, backend or setting of theirs is left behind.
"""

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backloop.letters.wording import Words
from backloop.recordings import check_recording, read_sidecar
from backloop.units import Language, Text

__all__ = ["BrainView", "can_draw_brains", "view_map"]

_WIDE, _HIGH, _DPI, _COLOURS = 9.0, 4.9, 125, 160
_SLICES = (-24, -8, 6, 20, 34, 48, 62)
_TENTH = 90
_SEEDS = "RdBu_r"
_WHOLE = "YlGnBu"


class BrainView(NamedTuple):
    """A map as a page shows it; without a picture, `caption` says why there is none.

    Examples
    --------
    >>> BrainView("ALFF", source="", caption="not drawn", text="", rows=()).source
    ''
    """

    title: str
    source: str
    caption: str
    text: str
    rows: tuple[tuple[str, str, str], ...]


def can_draw_brains() -> bool:
    """Say whether nilearn and what it draws with are installed.

    Returns
    -------
    bool
        Whether `view_map` can draw.

    Examples
    --------
    >>> can_draw_brains() in {True, False}
    True
    """
    try:
        from nilearn.plotting import plot_glass_brain  # noqa: F401
    except ImportError:
        return False
    return True


def view_map(path: Path, *, lang: Language = "en") -> BrainView:
    """Draw a map of the brain in MNI space through the skull and in slices.

    Parameters
    ----------
    path : Path
        A NIfTI image with its JSON sidecar, as `harvest_bold` writes them.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    BrainView
        A PNG as a data address with its caption, what it shows in words, and the highest and lowest places.

    Raises
    ------
    UnreadableSource
        If the file is missing or no recording.

    Notes
    -----
    A map of a seed is shown where it exceeds two standard errors of one correlation; any other map shows its highest
    tenth through the skull, and all of it in the slices.

    Examples
    --------
    >>> view_map(Path("absent_boldmap.nii.gz"))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: absent_boldmap.nii.gz: expected a file; there is none at this place; check the
    name and the folder
    """
    check_recording(path)
    words, sidecar = Words(lang), read_sidecar(path)
    title = Text(**sidecar["Title"]).say(lang) if "Title" in sidecar else path.name
    if "space-MNI" not in path.name:
        return BrainView(title, "", words("brain-map.not-mni", title=title), "", ())
    values, affine = _load(path)
    inside = values != 0
    if not inside.any():
        return BrainView(title, "", words("brain-map.empty", title=title), "", ())
    limit, key = _limit(values[inside], sidecar)
    told = {
        "title": title,
        "unit": words.unit(str(sidecar.get("Units", ""))).strip("()（）"),
        "threshold": words.figure(limit),
    }
    source = _to_address(_draw(path, limit=limit, is_seed=key == "seed", top=_top(values[inside])))
    caption = words("brain-map.caption-seed", **told) if key == "seed" else words("brain-map.caption-whole", **told)
    high, low = (_at(values, affine, pick, words) for pick in (np.argmax, np.argmin))
    mean = words.figure(float(values[inside].mean()))
    text = words(
        "brain-map.text", title=title, high=high[0], high_place=high[1], low=low[0], low_place=low[1], mean=mean
    )
    rows = ((words("panel.highest"), *high), (words("panel.lowest"), *low), (words("brain-map.mean"), mean, ""))
    return BrainView(title, source, caption, text, rows)


def _load(path: Path) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    from nilearn.image import get_data, load_img

    image = load_img(str(path))
    return np.asarray(get_data(image), dtype=np.float32), np.asarray(image.affine, dtype=np.float64)


def _limit(inside: NDArray[np.float32], sidecar: dict[str, Any]) -> tuple[float, str]:
    """Give what is left out of the picture: two standard errors of a correlation, or all but the highest tenth."""
    if "Seed" in sidecar:
        return 1.96 / float(np.sqrt(max(float(sidecar.get("EffectiveSamples", 0.0)) - 3, 1.0))), "seed"
    return float(np.percentile(inside, _TENTH)), "whole"


def _top(inside: NDArray[np.float32]) -> float:
    """Give the end of the colours: nearly the largest, for a single voxel would bleach the rest."""
    return float(np.percentile(np.abs(inside), 99.5))


def _at(values: NDArray[np.float32], affine: NDArray[np.float64], pick: Any, words: Words) -> tuple[str, str]:  # noqa: ANN401
    """Give a value picked inside the brain and its place in mm."""
    voxels = np.argwhere(values != 0)
    found = voxels[pick(values[tuple(voxels.T)])]
    place = affine[:3, :3] @ found + affine[:3, 3]
    return words.figure(float(values[tuple(found)])), ", ".join(
        f"{mm:.0f}".replace("-", "\N{MINUS SIGN}") for mm in place
    )


def _draw(path: Path, *, limit: float, is_seed: bool, top: float) -> NDArray[np.uint8]:
    """Draw on a figure that pyplot never sees, and give its pixels."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from nilearn.plotting import plot_glass_brain, plot_stat_map

    top = max(top, 1.05 * limit)
    look = {"cmap": _SEEDS, "vmax": top} if is_seed else {"cmap": _WHOLE, "vmin": 0, "vmax": top}
    with rc_context({"font.size": 8.5}):
        figure = Figure(figsize=(_WIDE, _HIGH), dpi=_DPI, facecolor="white")
        canvas: Any = FigureCanvasAgg(figure)
        plot_glass_brain(
            str(path), figure=figure, axes=(0, 0.4, 1, 0.6), threshold=limit, colorbar=True, plot_abs=False, **look
        )
        plot_stat_map(
            str(path), figure=figure, axes=(0.01, 0, 0.92, 0.4), display_mode="z", cut_coords=_SLICES, black_bg=False,
            threshold=limit if is_seed else 1e-6, colorbar=False, **look,
        )  # fmt: skip
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3].copy()
        figure.clear()
    return pixels


def _to_address(pixels: NDArray[np.uint8]) -> str:
    """Write pixels as a PNG of few colours inside a data address."""
    from PIL import Image

    stream = BytesIO()
    Image.fromarray(pixels).quantize(_COLOURS).save(stream, format="PNG", optimize=True)
    return "data:image/png;base64," + b64encode(stream.getvalue()).decode("ascii")
