"""Reading a pickle as data: no code runs, whatever the file says."""

import collections
import os
import pickle
import pickletools
from pathlib import Path

import numpy as np
import pytest

from backloop.errors import UnreadableSource
from backloop.norms.unpickling import StandIn, read_pickle_as_data

MODULES = ("pcntoolkit",)


class _Attack:
    """Runs a command when it is unpickled in the ordinary way."""

    def __init__(self, flag: Path) -> None:
        self.flag = flag

    def __reduce__(self):
        return os.system, (f"touch {self.flag}",)


def _read(data: bytes) -> StandIn:
    return read_pickle_as_data(data, name="model.pkl", modules=MODULES)


def test_a_malicious_pickle_is_refused_and_runs_nothing(tmp_path):
    """The command hidden in the file is never run, and the message names what it asked for."""
    flag = tmp_path / "owned"
    attack = pickle.dumps({"blr": _Attack(flag)})

    with pytest.raises(UnreadableSource, match=r"'posix\.system'.*nothing in it was run"):
        _read(attack)
    assert not flag.exists()
    pickle.loads(attack)  # noqa: S301 - shows that the attack is real
    assert flag.exists()


@pytest.mark.parametrize("what", [eval, exec, open, __import__, getattr, collections.OrderedDict, pickle.loads])
def test_no_function_of_python_may_be_named(what):
    """Everything outside arrays and the models' own classes is refused, harmless or not."""
    with pytest.raises(UnreadableSource, match="nothing in it was run"):
        _read(pickle.dumps(what))


def test_a_known_package_does_not_open_the_door():
    """A name inside an allowed package becomes an empty class; what it would do does not happen."""
    data = b"\x80\x04\x8c\x0apcntoolkit\x8c\x06system\x93\x8c\x02ls\x85R."

    assert _read(data).made_from == ("ls",)
    assert [op.name for op, *_ in pickletools.genops(data)][-2] == "REDUCE"


@pytest.mark.parametrize("data", [b"", b"no pickle", pickle.dumps([1, 2, 3])[:-4], b"\x80\x04\x8c\xff."])
def test_a_damaged_file_says_so(data):
    """A file cut short is told from a dangerous one."""
    with pytest.raises(UnreadableSource, match="damaged or cut short"):
        _read(data)


def test_plain_data_is_no_model():
    """A pickle without an object is refused."""
    with pytest.raises(UnreadableSource, match="found plain data"):
        _read(pickle.dumps({"a": 1}))


@pytest.mark.parametrize(
    "array",
    [np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(3, dtype="<i4")],
)
def test_arrays_come_out_as_they_went_in(array):
    """Shape, order and numbers survive, without NumPy's own unpickling."""
    found = _read(_as_object({"m": array}))

    np.testing.assert_array_equal(found.get("m"), array.astype(float))


def test_an_array_of_objects_is_refused():
    """Only plain numbers are decoded."""
    with pytest.raises(UnreadableSource, match="arrays of plain numbers"):
        _read(_as_object({"m": np.array([None, "x"], dtype=object)})).get("m")


def test_a_shape_that_does_not_fit_its_bytes_is_refused():
    """A file cannot claim an array larger than the bytes it holds."""
    data = _as_object({"m": np.arange(3.0)}).replace(b"K\x03\x85", b"K\x7f\x85")

    with pytest.raises(UnreadableSource, match="arrays of plain numbers"):
        _read(data).get("m")


def _as_object(state: dict[str, object]) -> bytes:
    """Pickle a dictionary as the state of an object of a known package."""
    body = pickle.dumps(state, protocol=4)
    inner = body[body.index(b"\x95") + 9 : -1]
    return b"\x80\x04\x8c\x0apcntoolkit\x8c\x03BLR\x93)\x81" + inner + b"b."
