"""Compiling: kernels work with and without a place to store them."""

import numpy as np

from backloop.kernel.compiling import chosen, stored
from backloop.kernel.designs import constrained_design
from backloop.kernel.frames import Options, make_batch, make_frame, prepare_work, scaled
from backloop.kernel.scoring import fit_all


def test_a_kernel_that_cannot_be_stored_still_runs():
    """Code that belongs to no file, like a folder that cannot be written, is compiled for this process only."""
    names: dict = {}
    exec("def double(value): return 2 * value", names)  # noqa: S102 - a function without a file

    assert stored(names["double"])(21) == 42


def test_stored_code_is_named_after_its_sources():
    """The name under which machine code is kept changes with any kernel, so an update never runs old code."""

    def kernel(value):
        return value

    name = stored(kernel).py_func.__qualname__

    assert len(name.rsplit("_", 1)[1]) == 16
    int(name.rsplit("_", 1)[1], 16)


def test_small_work_does_not_wait_for_the_compiler():
    """Nobody waits for half a minute of compiling to see one answer; a large batch is worth it."""
    kernel = stored(lambda value: value)

    assert chosen(kernel, work=1e3)(7) == 7
    assert kernel.signatures == []
    assert chosen(kernel, work=1e9) is kernel


def test_plain_and_compiled_kernels_agree(table, where):
    """The same steps are taken, to rounding."""
    design = constrained_design(table, where)
    frame = make_frame(design, "unstructured", Options("kenward-roger", "reml", by_arm=False))
    data = scaled(design, design.z[np.newaxis]), scaled(design, design.y[np.newaxis])
    row = np.ascontiguousarray(design.effect_row("care", 18)[np.newaxis])
    batches = [make_batch(frame, row, 1) for _way in range(2)]

    for engine, batch in zip((fit_all, fit_all.py_func), batches, strict=True):
        engine(frame, data, prepare_work(frame), batch)

    compiled, plain = batches
    np.testing.assert_allclose(compiled.estimate, plain.estimate, rtol=1e-9)
    np.testing.assert_allclose(compiled.error, plain.error, rtol=1e-9)
    np.testing.assert_allclose(compiled.df, plain.df, rtol=1e-7)
    assert compiled.status.tolist() == plain.status.tolist() == [0]
