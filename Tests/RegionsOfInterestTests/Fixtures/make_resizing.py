"""Writes resizing.safetensors; see README.md beside this file."""
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent.resolve()
torch.manual_seed(9)

if __name__ == "__main__":
    arrays = {}
    for index, (shape, size) in enumerate([((5, 7, 6), (8, 8, 8)), ((1, 11, 9), (1, 16, 16)),
                                           ((9, 12, 10), (6, 5, 7))]):
        image = torch.rand(1, 1, *shape)
        labels = (torch.rand(1, 1, *shape) * 4).floor()
        arrays[f"{index}/image"] = image[0, 0]
        arrays[f"{index}/labels"] = labels[0, 0].to(torch.uint8)
        arrays[f"{index}/resized"] = F.interpolate(
            image, size, mode="trilinear", align_corners=False)[0, 0]
        arrays[f"{index}/resized_labels"] = F.interpolate(
            labels, size, mode="nearest-exact")[0, 0].to(torch.uint8)
    # Keys' cubic and smoothed shrinking, which PyTorch has in two dimensions only.
    for index, (shape, size) in enumerate([((13, 17), (8, 6)), ((9, 7), (16, 20)), ((12, 5), (5, 12))]):
        image = torch.rand(1, 1, *shape)
        arrays[f"flat{index}/image"] = image[0, 0]
        for mode, antialias in (("bilinear", False), ("bicubic", False), ("bilinear", True), ("bicubic", True)):
            name = ("cubic" if mode == "bicubic" else "linear") + ("-antialiased" if antialias else "")
            arrays[f"flat{index}/{name}"] = F.interpolate(
                image, size, mode=mode, align_corners=False, antialias=antialias)[0, 0]
    save_file(arrays, str(here / "resizing.safetensors"))
