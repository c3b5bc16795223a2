"""Makes networks.safetensors and images.safetensors: what PyTorch, numpy, scipy and scikit-image give.

Usage: python make_fixtures.py   (torch, numpy, scipy, scikit-image, safetensors)
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file
from scipy import ndimage
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

folder = Path(__file__).parent
torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
slope = 0.2


def weights(shapes, scale=0.3):
    return {name: (scale * torch.randn(shape)).float().double().requires_grad_() for name, shape in shapes.items()}


def generator_shapes(factors, features, fine, blocks):
    shapes = {"stem.weight": (features, 1, 3, 3, 3), "stem.bias": (features,)}
    for block in range(blocks):
        for part in ("first", "second"):
            shapes[f"blocks.{block}.{part}.weight"] = (features, features, 3, 3, 3)
            shapes[f"blocks.{block}.{part}.bias"] = (features,)
    shapes |= {
        "fusion.weight": (features, features, 3, 3, 3), "fusion.bias": (features,),
        "upsampling.weight": (features, fine, *factors), "upsampling.bias": (fine,),
        "refinement.weight": (fine, fine, 3, 3, 3), "refinement.bias": (fine,),
        "head.weight": (1, fine, 1, 1, 1), "head.bias": (1,),
    }
    return shapes


def generator(x, w, factors, blocks):
    def conv(x, name):
        return F.conv3d(x, w[f"{name}.weight"], w[f"{name}.bias"], padding=1)

    shallow = conv(x, "stem")
    deep = shallow
    for block in range(blocks):
        deep = deep + conv(F.leaky_relu(conv(deep, f"blocks.{block}.first"), slope), f"blocks.{block}.second")
    deep = conv(deep, "fusion") + shallow
    fine = F.conv_transpose3d(deep, w["upsampling.weight"], w["upsampling.bias"], stride=factors)
    fine = F.leaky_relu(conv(F.leaky_relu(fine, slope), "refinement"), slope)
    return F.conv3d(fine, w["head.weight"], w["head.bias"])


def discriminator_shapes(features):
    shapes, channels = {}, 1
    for index, width in enumerate(features):
        for part, inputs in (("first", channels), ("second", width)):
            shapes[f"{index}.{part}.weight_original"] = (width, inputs, 3, 3, 3)
            shapes[f"{index}.{part}.bias"] = (width,)
        channels = width
    return shapes | {"head.weight_original": (1, channels, 1, 1, 1), "head.bias": (1,)}


class SpectrallyNormed(torch.nn.Module):
    """Layers whose weights torch itself normalises, one step of the power iteration from given vectors."""

    def __init__(self, w, features):
        super().__init__()
        self.layers = torch.nn.ModuleDict()
        for name in [n.removesuffix(".weight_original") for n in w if n.endswith(".weight_original")]:
            shape = w[f"{name}.weight_original"].shape
            stride = 2 if name.endswith("second") else 1
            layer = torch.nn.Conv3d(shape[1], shape[0], shape[2], stride, padding=shape[2] // 2)
            layer.weight.data = w[f"{name}.weight_original"].detach().clone()
            layer.bias.data = w[f"{name}.bias"].detach().clone()
            self.layers[name.replace(".", "_")] = torch.nn.utils.parametrizations.spectral_norm(layer, n_power_iterations=1)
        self.train()

    def start(self, seeds):
        for (name, layer), seed in zip(self.layers.items(), seeds):
            norm = layer.parametrizations.weight[0]
            matrix = layer.parametrizations.weight.original.flatten(1)
            with torch.no_grad():
                norm._u.copy_(F.normalize(seed, dim=0))
                norm._v.copy_(F.normalize(matrix.T @ norm._u, dim=0))

    def forward(self, x):
        for name, layer in self.layers.items():
            x = layer(x) if name == "head" else F.leaky_relu(layer(x), slope)
        return x


arrays = {}


def keep(name, tensor):
    arrays[name] = np.ascontiguousarray(torch.as_tensor(tensor).detach().numpy().astype(np.float32))


factors, features, fine, blocks = (1, 2, 3), 8, 6, 2
w = weights(generator_shapes(factors, features, fine, blocks), 0.12)
x = torch.randn(2, 1, 5, 6, 4).float().double()
y = generator(x, w, factors, blocks)
seed = torch.randn_like(y).float().double()
y.backward(seed)
keep("generator.x", x), keep("generator.y", y), keep("generator.seed", seed)
for name, value in w.items():
    keep(f"generator.weight.{name}", value), keep(f"generator.gradient.{name}", value.grad)

judge_features = [6, 10]
w = weights(discriminator_shapes(judge_features))
network = SpectrallyNormed(w, judge_features)
seeds = [torch.randn(layer.out_channels).float().double() for layer in network.layers.values()]
network.start(seeds)
x = torch.randn(2, 1, 8, 6, 9).float().double().requires_grad_()
with torch.no_grad():
    network(x)  # one step of the power iteration more than the fixed weights of the backward pass
network.eval()
y = network(x)
seed = torch.randn_like(y).float().double()
y.backward(seed)
keep("discriminator.x", x), keep("discriminator.y", y), keep("discriminator.seed", seed), keep("discriminator.x_gradient", x.grad)
for (name, layer), start in zip(network.layers.items(), seeds):
    original = layer.parametrizations.weight.original
    key = name.replace("_", ".")
    keep(f"discriminator.weight.{key}.weight_original", original)
    keep(f"discriminator.gradient.{key}.weight_original", original.grad)
    keep(f"discriminator.weight.{key}.bias", layer.bias), keep(f"discriminator.gradient.{key}.bias", layer.bias.grad)
    keep(f"discriminator.start.{key}", start)

a, b = torch.randn(40).requires_grad_(), torch.randn(40).requires_grad_()
for kind in ("relativistic", "hinge"):
    if kind == "relativistic":
        judge = F.softplus(-(a - b.mean())).mean() + F.softplus(b - a.mean()).mean()
        make = F.softplus(a - b.mean()).mean() + F.softplus(-(b - a.mean())).mean()
    else:
        judge = F.relu(1 - a).mean() + F.relu(1 + b).mean()
        make = -b.mean()
    for name, loss in (("discriminator", judge), ("generator", make)):
        gradients = torch.autograd.grad(loss, (a, b), allow_unused=True)
        keep(f"{kind}.{name}.value", loss.reshape(1))
        keep(f"{kind}.{name}.made", gradients[1])
        if gradients[0] is not None:
            keep(f"{kind}.{name}.acquired", gradients[0])
keep("judgement.acquired", a), keep("judgement.made", b)

image = torch.randn(2, 1, 4, 3, 5).requires_grad_()
truth = torch.randn(2, 1, 4, 3, 5)
difference = sum((image.diff(dim=axis) - truth.diff(dim=axis)).abs().mean() for axis in (2, 3, 4)) / 3
difference.backward()
keep("differences.image", image), keep("differences.truth", truth)
keep("differences.value", difference.reshape(1)), keep("differences.gradient", image.grad)
save_file(arrays, folder / "networks.safetensors")

arrays = {}
generator_ = np.random.default_rng(1)
line = generator_.random(37).astype(np.float32)
arrays["line"] = line


def truncated(line, count, padding=16):
    """The spectrum of the reflected line, its central part, sampled at the centres of blocks by a phase ramp."""
    padded = np.pad(line.astype(np.float64), padding, mode="symmetric")
    n, factor = len(padded), len(line) / count
    kept = round(n / factor)
    spectrum = np.fft.fft(padded)
    k = np.fft.fftfreq(n, 1 / n)
    weight = np.where(np.abs(k) < kept / 2, 1.0, np.where(np.abs(k) == kept / 2, 0.5, 0.0))
    centres = padding + (np.arange(count) + 0.5) * factor - 0.5
    ramp = np.exp(2j * np.pi * np.outer(centres, k) / n)
    return (ramp @ (weight * spectrum) / n).real


for count in (18, 19, 12, 37 // 4):
    arrays[f"frequencies.{count}"] = truncated(line, count).astype(np.float32)
even = generator_.random(32).astype(np.float32)
arrays["even"] = even
arrays["frequencies.even"] = truncated(even, 16).astype(np.float32)

volume = generator_.random((9, 10, 11)).astype(np.float32)
arrays["volume"] = volume


def zoomed(volume, shape, order, mode):
    places = [(np.arange(m) + 0.5) * n / m - 0.5 for n, m in zip(volume.shape, shape)]
    return ndimage.map_coordinates(volume.astype(np.float64), np.meshgrid(*places, indexing="ij"), order=order, mode=mode)


arrays["cubic"] = zoomed(volume, (18, 20, 33), 3, "mirror").astype(np.float32)
arrays["linear"] = zoomed(volume, (18, 20, 33), 1, "nearest").astype(np.float32)

sigma = 1.1 * 2 / 2.354820045
centres = (np.arange(16) + 0.5) * 2 - 0.5
kernel = np.exp(-((np.arange(-40, 72)[None] - centres[:, None]) ** 2) / (2 * sigma**2))
kernel[np.abs(np.arange(-40, 72)[None] - centres[:, None]) > 4 * sigma] = 0
kernel /= kernel.sum(axis=1, keepdims=True)
arrays["gaussian.even"] = (kernel @ np.pad(even.astype(np.float64), 40, mode="edge")).astype(np.float32)
arrays["mean.even"] = even.reshape(16, 2).mean(axis=1)

truth = (1000 * ndimage.gaussian_filter(generator_.random((16, 18, 20)), 1.5) + 200).astype(np.float32)
image = (truth + generator_.normal(0, 9, truth.shape)).astype(np.float32)
arrays["truth"], arrays["image"] = truth, image
extent = float(truth.max() - truth.min())
t, i = truth.astype(np.float64), image.astype(np.float64)
quality = {
    "psnr": peak_signal_noise_ratio(t, i, data_range=extent),
    "ssim": structural_similarity(t, i, data_range=extent, gaussian_weights=True, sigma=1.5, use_sample_covariance=False),
    "nmse": float(((t - i) ** 2).sum() / (t**2).sum()),
    "gradient": float(
        np.abs(np.sqrt(sum(g**2 for g in np.gradient(i))) - np.sqrt(sum(g**2 for g in np.gradient(t)))).sum()
        / np.sqrt(sum(g**2 for g in np.gradient(t))).sum()
    ),
}
save_file(arrays, folder / "images.safetensors")
(folder / "quality.json").write_text(json.dumps(quality, indent=4) + "\n")
