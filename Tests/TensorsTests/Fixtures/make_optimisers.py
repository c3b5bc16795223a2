"""Writes optimisers.json: five steps of PyTorch's optimisers on given gradients, in float64."""
import json
import pathlib

import torch

torch.manual_seed(1)
weights = torch.randn(17, dtype=torch.float64).float()
gradients = torch.randn(5, 17, dtype=torch.float64).float()


def steps(make, clip=None):
    w = torch.nn.Parameter(weights.double().clone())
    optimiser = make([w])
    results = []
    for gradient in gradients:
        w.grad = gradient.double().clone()
        if clip:
            torch.nn.utils.clip_grad_norm_([w], clip)
        optimiser.step()
        results.append(w.detach().tolist())
    return results


def sgd(p):
    return torch.optim.SGD(p, lr=0.01, momentum=0.99, nesterov=True, weight_decay=3e-5)


document = {
    "weights": weights.tolist(),
    "gradients": gradients.tolist(),
    "sgd": steps(sgd),
    "sgd_clipped": steps(sgd, clip=1.0),
    "adam": steps(lambda p: torch.optim.Adam(p, lr=1e-2)),
    "adamw": steps(lambda p: torch.optim.AdamW(p, lr=1e-2, weight_decay=0.1)),
}
path = pathlib.Path(__file__).parent / "optimisers.json"
path.write_text(json.dumps(document) + "\n")
