"""Read BOLD images in one pass, NIfTI inside a brain mask and CIFTI, and write maps on the mask's grid.

Decides what is read and what is refused; it does not clean or interpret a series. Alone in knowing nibabel.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backloop.errors import MeasureError, UnreadableSource
from backloop.recordings import BoldSeries, FileUsed, Grid, RecordingStream, check_recording, check_tr

__all__ = ["read_bold", "read_cifti", "read_label_image", "read_mask", "write_map"]

# nibabel has no types for its headers.
_Header = Any

_SECONDS = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6, "unknown": 1.0}
_SAME_PLACE_MM = 1e-3
_BOLD_AXES, _MASK_AXES = 4, 3
_MNI, _ALIGNED = 4, 2


def read_bold(path: Path, mask: Path, *, tr: float | None = None, kept: NDArray[np.bool_] | None = None) -> BoldSeries:
    """Read the voxels inside a brain mask from a 4-D NIfTI, volume by volume.

    Parameters
    ----------
    path : Path
        The image (``.nii`` or ``.nii.gz``).
    mask : Path
        A 3-D image on the same grid; voxels above zero are inside.
    tr : float, optional
        The repetition time of the sidecar in seconds; where the header has one too they must agree.
    kept : array of bool, shape (volumes,), optional
        Which volumes to keep; the others are skipped while reading.

    Returns
    -------
    BoldSeries
        Values of type float32, shape (kept volumes, voxels), in the image's own unit.

    Raises
    ------
    UnreadableSource
        If the file is no 4-D NIfTI, is truncated, or is a placeholder.
    MeasureError
        If the repetition time is missing, zero or contradicted; the mask lies on another grid or is empty; a voxel
        inside the mask is not a number; or `kept` has another length.

    Notes
    -----
    Only one volume is held besides the masked series, so memory is close to 4 bytes a kept voxel and volume.

    Examples
    --------
    >>> read_bold(Path("absent_bold.nii.gz"), Path("absent_mask.nii.gz"))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: absent_mask.nii.gz: expected a file; there is none at this place; check the name
    and the folder
    """
    grid = read_mask(mask)
    with RecordingStream(path) as stream:
        header = _read_header(stream)
        shape = header.get_data_shape()
        if len(shape) != _BOLD_AXES:
            message = f"{path.name}: expected a series of volumes (4 axes); got {len(shape)} axes of {shape}"
            raise UnreadableSource(message)
        _check_grid(path, mask, (shape[:3], _affine(header)), grid)
        seconds = check_tr(path.name, _header_tr(header), tr)
        kept = np.ones(shape[3], dtype=bool) if kept is None else kept
        if len(kept) != shape[3]:
            message = f"{path.name}: expected a choice for each of {shape[3]} volumes; got {len(kept)} (another run's?)"
            raise MeasureError(message)
        values = _read_volumes(stream, header, grid.index, kept)
    files = (FileUsed.at(path), FileUsed.at(mask))
    return BoldSeries(values=values, tr=seconds, kept=kept, grid=grid, files=files)


def read_mask(path: Path) -> Grid:
    """Read a brain mask: where the brain is, and where its voxels lie in the scanner's or template's space.

    Parameters
    ----------
    path : Path
        A 3-D NIfTI; voxels above zero are inside.

    Returns
    -------
    Grid
        The mask with its affine.

    Raises
    ------
    UnreadableSource
        If the file is no 3-D NIfTI.
    MeasureError
        If no voxel is inside.

    Examples
    --------
    >>> read_mask(Path("absent_mask.nii.gz"))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: absent_mask.nii.gz: expected a file; there is none at this place; check the name
    and the folder
    """
    values, affine = _read_still(path)
    inside = values > 0
    if not inside.any():
        message = f"{path.name}: expected a brain mask; no voxel is above zero"
        raise MeasureError(message)
    return Grid(inside=inside, affine=affine)


def read_label_image(path: Path, grid: Grid) -> NDArray[np.int32]:
    """Read an atlas of whole-number labels on the grid of a mask.

    Parameters
    ----------
    path : Path
        A 3-D NIfTI of region numbers; 0 is no region.
    grid : Grid
        The mask whose voxels are wanted.

    Returns
    -------
    array of int32, shape (voxels,)
        The region's number of each voxel inside the mask.

    Raises
    ------
    MeasureError
        If the atlas lies on another grid; resample it first, taking the nearest neighbour.

    Examples
    --------
    >>> read_label_image(Path("absent_dseg.nii.gz"), Grid(np.ones((1, 1, 1), bool), np.eye(4)))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: absent_dseg.nii.gz: expected a file; there is none at this place; check the name
    and the folder
    """
    values, affine = _read_still(path)
    _check_grid(path, Path("the brain mask"), (values.shape, affine), grid)
    return np.rint(values.ravel(order="F")[grid.index]).astype(np.int32)


def read_cifti(path: Path, *, kept: NDArray[np.bool_] | None = None) -> BoldSeries:
    """Read a CIFTI series: parcels (``.ptseries.nii``) or greyordinates (``.dtseries.nii``).

    Parameters
    ----------
    path : Path
        The file.
    kept : array of bool, shape (volumes,), optional
        Which volumes to keep.

    Returns
    -------
    BoldSeries
        One column a parcel or greyordinate, labelled with the parcel's or the structure's name.

    Raises
    ------
    UnreadableSource
        If the file is no CIFTI series.
    MeasureError
        If the repetition time is missing or a value is not a number.

    Examples
    --------
    >>> read_cifti(Path("absent.ptseries.nii"))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: absent.ptseries.nii: expected a file; there is none at this place; check the name
    and the folder
    """
    check_recording(path)
    nibabel = _nibabel()
    try:
        image = nibabel.load(path)
        time, space = image.header.get_axis(0), image.header.get_axis(1)
        unit, names = time.unit, space.name
    except (nibabel.filebasedimages.ImageFileError, AttributeError, ValueError) as error:
        message = f"{path.name}: expected a CIFTI series (.ptseries.nii or .dtseries.nii); got something else: {error}"
        raise UnreadableSource(message) from error
    if unit != "SECOND":
        message = f"{path.name}: expected a series over seconds; its first axis is in {unit.lower()}"
        raise MeasureError(message)
    values = np.asarray(image.dataobj, dtype=np.float32)
    kept = np.ones(len(values), dtype=bool) if kept is None else kept
    tr = check_tr(path.name, float(time.step), None)
    labels = tuple(str(name) for name in names)
    return BoldSeries(values=values[kept], tr=tr, kept=kept, labels=labels, files=(FileUsed.at(path),)).checked()


def write_map(path: Path, values: NDArray[np.float32], grid: Grid, *, is_mni: bool = True) -> Path:
    """Write one value a brain voxel as a NIfTI image of single precision.

    Parameters
    ----------
    path : Path
        The image (``.nii`` or ``.nii.gz``); its folder is made where it does not exist.
    values : array of float32, shape (voxels,)
        In the order of the grid.
    grid : Grid
        Where the voxels lie; 0 is written outside the mask.
    is_mni : bool
        Whether the grid lies in MNI space, which the header says.

    Returns
    -------
    Path
        The file.

    Examples
    --------
    >>> import tempfile
    >>> grid = Grid(np.ones((2, 2, 2), dtype=bool), np.eye(4))
    >>> path = write_map(Path(tempfile.mkdtemp()) / "map.nii.gz", np.arange(8, dtype=np.float32), grid)
    >>> int(read_label_image(path, grid)[3])
    3
    """
    image = _nibabel().Nifti1Image(grid.unmask(values), grid.affine)
    image.header.set_xyzt_units("mm")
    for place in (image.set_sform, image.set_qform):
        place(grid.affine, code=_MNI if is_mni else _ALIGNED)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.to_filename(path)
    return path


def _nibabel() -> Any:  # noqa: ANN401
    try:
        import nibabel as nib
    except ImportError as error:
        message = "reading brain images needs nibabel; install it with: pip install 'backloop[brain]'"
        raise MeasureError(message) from error
    return nib


def _read_header(stream: RecordingStream) -> _Header:
    nibabel = _nibabel()
    block = stream.read(348)
    try:
        header: _Header = nibabel.Nifti1Header.from_fileobj(BytesIO(block))
    except (nibabel.spatialimages.HeaderDataError, nibabel.wrapstruct.WrapStructError) as error:
        message = f"{stream.path.name}: expected a NIfTI-1 image; its header says otherwise: {error}"
        raise UnreadableSource(message) from error
    if header["magic"].item() != b"n+1":
        message = (
            f"{stream.path.name}: expected a NIfTI-1 image in one file (.nii or .nii.gz); its header says otherwise"
        )
        raise UnreadableSource(message)
    stream.read(max(int(header["vox_offset"]), 352) - 348)
    return header


def _affine(header: _Header) -> NDArray[np.float64]:
    return np.asarray(header.get_best_affine(), dtype=np.float64)


def _header_tr(header: _Header) -> float:
    return float(header.get_zooms()[3]) * _SECONDS[header.get_xyzt_units()[1]]


def _check_grid(path: Path, mask: Path, found: tuple[tuple[int, ...], NDArray[np.float64]], grid: Grid) -> None:
    shape, affine = found
    if tuple(shape) != grid.inside.shape or not np.allclose(affine, grid.affine, atol=_SAME_PLACE_MM):
        message = (
            f"{path.name} and {mask.name} lie on different grids ({tuple(shape)} and {grid.inside.shape}, or another"
            " position); use the mask made for this image, or resample one to the other first"
        )
        raise MeasureError(message)


def _read_volumes(
    stream: RecordingStream, header: _Header, index: NDArray[np.intp], kept: NDArray[np.bool_]
) -> NDArray[np.float32]:
    volume = np.empty(int(np.prod(header.get_data_shape()[:3])), dtype=header.get_data_dtype())
    values = np.empty((int(kept.sum()), len(index)), dtype=np.float32)
    slope, intercept = header.get_slope_inter()
    rows = iter(values)
    for place, is_kept in enumerate(kept):
        stream.fill(_bytes_of(volume))
        if not is_kept:
            continue
        row = next(rows)
        row[:] = volume[index]
        if slope is not None and (slope, intercept) != (1.0, 0.0):
            row *= slope
            row += intercept
        if not np.isfinite(row.sum()):
            message = (
                f"{stream.path.name}: {int((~np.isfinite(row)).sum())} voxels inside the mask are not numbers in volume"
                f" {place}; mend the image or take them out of the mask"
            )
            raise MeasureError(message)
    stream.finish()
    return values


def _bytes_of(array: NDArray[Any]) -> memoryview:
    return array.view(np.uint8).data


def _read_still(path: Path) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    with RecordingStream(path) as stream:
        header = _read_header(stream)
        shape = tuple(axis for place, axis in enumerate(header.get_data_shape()) if axis > 1 or place < _MASK_AXES)
        if len(shape) != _MASK_AXES:
            message = f"{path.name}: expected one volume (3 axes); got {shape}"
            raise UnreadableSource(message)
        values = np.empty(int(np.prod(shape)), dtype=header.get_data_dtype())
        stream.fill(_bytes_of(values))
        stream.finish()
    slope, intercept = header.get_slope_inter()
    scaled = values.astype(np.float32) * (slope or 1.0) + (intercept or 0.0)
    return scaled.astype(np.float32).reshape(shape, order="F"), _affine(header)
