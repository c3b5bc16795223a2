"""Writes the fixtures of SafetensorsTests; see README.md beside this file."""
import json
import pathlib
import struct

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent
ramp = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) * 0.75 - 8
metadata = {"epoch": "3", "text": 'ä "quoted"\n'}
save_file(
    {
        "double": ramp.double() / 3,
        "float": ramp,
        "half": ramp.half(),
        "bfloat": ramp.bfloat16(),
        "long": torch.tensor([-(2**40), 0, 2**62]),
        "int": torch.tensor([[1, -2], [3, -(2**31)]], dtype=torch.int32),
        "short": torch.tensor([-32768, 7, 32767], dtype=torch.int16),
        "byte": torch.tensor([-128, 127], dtype=torch.int8),
        "ubyte": torch.tensor([0, 255, 3], dtype=torch.uint8),
        "flag": torch.tensor([True, False, True]),
        "ushort": torch.tensor([0, 65535], dtype=torch.uint16),
        "uint": torch.tensor([0, 2**32 - 1], dtype=torch.uint32),
        "ulong": torch.from_numpy(np.array([0, 2**64 - 1], dtype=np.uint64)),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 5),
    },
    here / "all_types.safetensors",
    metadata=metadata,
)

# The file that SafetensorsWriter must write, byte for byte, put together from the format's description.
tensors = {
    "weights": ("F32", torch.arange(6, dtype=torch.float32).reshape(2, 3) * 0.5),
    "short": ("I16", torch.tensor([-1, 2, 3], dtype=torch.int16)),
    "empty": ("F32", torch.zeros(0, 4)),
    "stream": ("I64", torch.arange(1000).reshape(10, 100)),
}
members, data = [f'"__metadata__":{json.dumps(metadata, ensure_ascii=False)}'], b""
for name, (code, tensor) in tensors.items():
    piece = tensor.numpy().tobytes()
    offsets = [len(data), len(data) + len(piece)]
    entry = {"dtype": code, "shape": list(tensor.shape), "data_offsets": offsets}
    members.append(f'"{name}":{json.dumps(entry)}')
    data += piece
header = ("{" + ",".join(members) + "}").encode()
header += b" " * (-(8 + len(header)) % 64)
(here / "written.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + data)
with safe_open(here / "written.safetensors", "pt") as file:
    assert file.metadata() == metadata
    assert set(file.keys()) == set(tensors)
    for name, (_, tensor) in tensors.items():
        assert torch.equal(file.get_tensor(name), tensor)
