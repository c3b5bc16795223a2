"""Writes the arrays of the tests with numpy, and reads the archive written here with it."""

import pathlib

import numpy as np

folder = pathlib.Path(__file__).parent
ramp = np.arange(24).reshape(2, 3, 4)
arrays = {name: ramp.astype(name) for name in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]}
arrays["b1"] = ramp % 2 == 1
arrays["big"] = ramp.astype(">f4")
arrays["fortran"] = np.asfortranarray(ramp.astype("i2"))
arrays["scalar"] = np.float64(0.1)
arrays["vector"] = np.array([65504, 6e-8, -0.0, np.inf, np.nan, 0.1], dtype="f2")
arrays["empty"] = np.zeros((0, 3), "f4")
np.savez_compressed(folder / "compressed.npz", **arrays)
np.savez(folder / "stored.npz", **arrays)
np.save(folder / "single.npy", ramp.astype("f4"))
np.save(folder / "objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
np.save(folder / "records.npy", np.zeros(3, dtype=[("a", "f4"), ("b", "i2")]))
np.save(folder / "complex.npy", np.zeros(3, dtype="c8"))

written = folder / "written.npz"
if written.exists():
    with np.load(written, allow_pickle=False) as found:
        assert sorted(found.files) == ["ints", "probabilities", "scalar"], found.files
        probabilities = found["probabilities"]
        assert probabilities.dtype == np.float32 and probabilities.flags.c_contiguous
        assert np.array_equal(probabilities, np.arange(120, dtype="f4").reshape(3, 2, 4, 5) / 8)
        assert np.array_equal(found["ints"], np.array([-1, 0, 2**62])) and found["ints"].dtype == np.int64
        assert found["scalar"].shape == () and found["scalar"] == 0.1
    print("numpy reads written.npz")
