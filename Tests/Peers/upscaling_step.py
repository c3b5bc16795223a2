"""Times steps of the super-resolution generator in PyTorch, beside those that `delineate upscale train` logs.

Usage: python upscaling_step.py IMAGES WORK --delineate PROGRAM [--steps 20]   (torch)

Both learn from the mean absolute difference with Adam: mri-2x, batch 8 of 16^3 coarse voxels, 32 and 16 channels, six blocks. The program's
figure includes making its samples, PyTorch's does not.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path

import torch
import torch.nn.functional as F

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("images")
parser.add_argument("work", type=Path)
parser.add_argument("--delineate", required=True)
parser.add_argument("--steps", type=int, default=20)
arguments = parser.parse_args()


class Generator(torch.nn.Module):
    def __init__(self, features=32, fine=16, blocks=6):
        super().__init__()
        conv = lambda a, b: torch.nn.Conv3d(a, b, 3, padding=1)
        self.stem, self.fusion = conv(1, features), conv(features, features)
        self.blocks = torch.nn.ModuleList(torch.nn.ModuleList([conv(features, features), conv(features, features)]) for _ in range(blocks))
        self.up, self.refine, self.head = torch.nn.ConvTranspose3d(features, fine, 2, 2), conv(fine, fine), torch.nn.Conv3d(fine, 1, 1)

    def forward(self, x):
        act = lambda t: F.leaky_relu(t, 0.2)
        shallow = deep = self.stem(x)
        for first, second in self.blocks:
            deep = deep + second(act(first(deep)))
        return self.head(act(self.refine(act(self.up(self.fusion(deep) + shallow)))))


def peer(bfloat16):
    torch.manual_seed(1)
    network = Generator()
    optimiser = torch.optim.Adam(network.parameters(), 4e-4, (0.9, 0.99))
    coarse, residual = torch.rand(8, 1, 16, 16, 16), 0.1 * torch.randn(8, 1, 32, 32, 32)
    seconds = []
    for _ in range(arguments.steps + 2):
        start = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            loss = (network(coarse).float() - residual).abs().mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1)
        optimiser.step()
        seconds.append(time.perf_counter() - start)
    return sum(seconds[2:]) / arguments.steps


def ours(precision):
    folder = arguments.work / precision
    subprocess.run(
        [arguments.delineate, "upscale", "train", "--images", arguments.images, "--output", folder, "--preset", "mri-2x",
         "--iterations", "100", "--adversarial-iterations", "0", "--precision", precision, "--quiet"], check=True)
    return json.loads((folder / "training_log.jsonl").read_text().splitlines()[-1])["seconds"] / 50


arguments.work.mkdir(parents=True, exist_ok=True)
for turn in range(2):
    for precision in ("bfloat16", "float32"):
        print(json.dumps({"turn": turn, "program": "delineate", "precision": precision, "seconds": round(ours(precision), 4)}), flush=True)
        print(json.dumps({"turn": turn, "program": "PyTorch", "precision": precision, "seconds": round(peer(precision == "bfloat16"), 4)}), flush=True)
