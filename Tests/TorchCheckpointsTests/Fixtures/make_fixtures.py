"""Writes the checkpoints of the tests with PyTorch, and reads the one written here with it."""

import collections
import fractions
import pathlib

import numpy as np
import torch

folder = pathlib.Path(__file__).parent
ramp = torch.arange(24).reshape(2, 3, 4)
types = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8"]
weights = collections.OrderedDict((name, ramp.to(getattr(torch, name))) for name in types)
weights["bool"] = ramp % 2 == 1
weights["transposed"] = ramp.float().permute(2, 0, 1)
weights["window"] = ramp.float()[1, 1:, ::2]
weights["alias"] = weights["float32"]
weights["parameter"] = torch.nn.Parameter(ramp.float())
weights["scalar"] = torch.tensor(0.5)
weights["empty"] = torch.zeros(0, 3)
weights["special"] = torch.tensor([65504.0, 6e-8, -0.0, float("inf"), 0.1], dtype=torch.float16)
torch.save(
    {
        "network_weights": weights,
        "init_args": {"configuration": "3d_fullres", "fold": 0, "device": torch.device("cpu"), "big": 2**40, "huge": 2**100,
                      "negative": -3, "nothing": None, "yes": True, "size": torch.Size([1, 2])},
        "logging": {"dice": [np.float32(0.5), np.float64(0.25)], "count": np.int64(7)},
        "trainer_name": "nnUNetTrainer",
        "inference_allowed_mirroring_axes": (0, 1, 2),
        "foreign": fractions.Fraction(1, 3),
        "_best_ema": None,
    },
    folder / "types.pth",
)
torch.save({"network_weights": {"a": torch.arange(3.0)}}, folder / "legacy.pth", _use_new_zipfile_serialization=False)
torch.save(fractions.Fraction(1, 3), folder / "foreign.pth")
torch.save({"network_weights": {"a": torch.arange(3.0), "b": fractions.Fraction(1, 3)}}, folder / "foreign_weight.pth")
torch.save({"network_weights": {"a": torch.arange(3.0)}, "x": 1}, folder / "protocol5.pth", pickle_protocol=5)

written = folder / "written.pth"
if written.exists():
    for weights_only in (True, False):
        found = torch.load(written, map_location="cpu", weights_only=weights_only)
        assert list(found) == ["network_weights", "init_args", "axes", "list", "device"], list(found)
        weights = found["network_weights"]
        assert isinstance(weights, collections.OrderedDict) and list(weights) == ["a.weight", "b.weight", "c.bias"]
        assert torch.equal(weights["a.weight"], torch.arange(24.0).reshape(2, 3, 4) / 8)
        assert weights["a.weight"].data_ptr() == weights["b.weight"].data_ptr()
        assert torch.equal(weights["c.bias"], torch.tensor([-1.5]))
        assert found["init_args"] == {"text": "ä", "none": None, "flags": [True, False], "numbers": [0, 255, 256, -1, 2**40, 0.1]}
        assert found["axes"] == (0, 1, 2) and found["list"] == [] and found["device"] == torch.device("cpu")
    print("torch reads written.pth")
