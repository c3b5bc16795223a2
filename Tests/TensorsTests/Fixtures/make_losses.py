"""Writes losses.safetensors and losses.json: nnU-Net's own losses on random logits.

Values and gradients of DC_and_BCE_loss and DC_and_CE_loss in float32, as nnUNetTrainer builds them: with and without an ignore
label, with Dice over samples and over the batch, and once with two levels of deep supervision. Labels come as label numbers, -1
where nobody annotated; the script makes the reference's targets of them with the reference's own transform. All logits are
bfloat16 numbers.
"""
import json
import pathlib

import torch
from batchgeneratorsv2.transforms.utils.seg_to_regions import ConvertSegmentationToRegionsTransform
from nnunetv2.training.loss.compound_losses import DC_and_BCE_loss, DC_and_CE_loss
from nnunetv2.training.loss.deep_supervision import DeepSupervisionWrapper
from nnunetv2.training.loss.dice import MemoryEfficientSoftDiceLoss
from safetensors.torch import save_file

torch.manual_seed(3)
torch.set_num_threads(1)
folder = pathlib.Path(__file__).parent
tensors, entries = {}, []


def loss_function(regions, ignore, batch_dice):
    if regions:
        return DC_and_BCE_loss(
            {}, {"batch_dice": batch_dice, "do_bg": True, "smooth": 1e-5, "ddp": False},
            use_ignore_label=ignore is not None, dice_class=MemoryEfficientSoftDiceLoss)
    return DC_and_CE_loss(
        {"batch_dice": batch_dice, "smooth": 1e-5, "do_bg": False, "ddp": False}, {}, weight_ce=1,
        weight_dice=1, ignore_label=ignore, dice_class=MemoryEfficientSoftDiceLoss)


def entry(name, labels, regions, ignored, batch_dice, shapes=((2, 5, 7),), batch=2, spread=3.0):
    """labels: number of label values; regions: their members, or None; ignored: share of ignored voxels, None without the label."""
    ignore = labels if ignored is not None else None
    channels = len(regions) if regions else labels
    logits, targets = [], []
    for level, shape in enumerate(shapes):
        z = (torch.randn(batch, channels, *shape) * spread).bfloat16().float().requires_grad_(True)
        seg = torch.randint(0, labels, (batch, 1, *shape), dtype=torch.int16)
        if ignored is not None:
            seg[torch.rand(seg.shape) < ignored] = labels
        stored = seg.clone()
        if ignored is not None:
            stored[stored == labels] = -1
        tensors[f"{name}.labels.{level}"] = stored[:, 0].contiguous()
        tensors[f"{name}.logits.{level}"] = z.detach().clone()
        if regions:
            convert = ConvertSegmentationToRegionsTransform(
                regions=[tuple(r) for r in regions] + ([ignore] if ignore is not None else []), channel_in_seg=0)
            target = torch.stack([convert(segmentation=s)["segmentation"] for s in seg])
        else:
            target = seg
        logits.append(z)
        targets.append(target)
    loss = loss_function(regions, ignore, batch_dice)
    weights = [1.0] if len(shapes) == 1 else [2 / 3, 1 / 3]
    value = DeepSupervisionWrapper(loss, weights)(logits, targets)
    value.backward()
    for level, z in enumerate(logits):
        tensors[f"{name}.gradient.{level}"] = z.grad
    entries.append({
        "name": name, "labels": labels, "regions": regions, "hasIgnoreLabel": ignore is not None,
        "batchDice": batch_dice, "weights": weights, "value": value.item()})


tumour = [[1, 2, 3], [2, 3], [3]]
entry("regions", 4, tumour, None, False)
entry("regions_batch", 4, tumour, None, True)
entry("regions_ignore", 4, tumour, 0.6, False)
entry("regions_ignore_batch", 4, tumour, 0.3, True)
entry("regions_all_ignored", 4, tumour, 1.1, False, batch=1)
entry("regions_scattered", 7, [[0, 2, 5, 6], [4], [1, 3, 5]], None, False, shapes=((2, 3, 11),))
entry("regions_levels", 4, tumour, 0.3, True, shapes=((4, 6, 4), (2, 3, 2)))
entry("regions_large_logits", 4, tumour, None, False, spread=40.0)
entry("labels_ignore", 3, None, 0.6, False)
entry("labels_ignore_batch", 3, None, 0.3, True)
entry("labels_levels", 3, None, 0.3, True, shapes=((4, 6, 4), (2, 3, 2)))
entry("labels_all_ignored", 3, None, 1.1, False, batch=1)
save_file(tensors, folder / "losses.safetensors")
(folder / "losses.json").write_text(json.dumps(entries) + "\n")
