"""Compiling: kernels work with and without a place to store them."""

from backloop.kernel.compiling import stored


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
