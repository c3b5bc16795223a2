#!/usr/bin/env python3
"""Writes made-up PET/CT patients with a tumour in a lung, as NIfTI, with nothing but Python's own library.

Usage: phantoms.py FOLDER [NUMBER OF PATIENTS]. Every patient gets ct.nii.gz (HU), pet.nii.gz (SUV, coarser, and lying 4 mm beside the CT) and
truth.nii.gz (label 1).
"""
import array
import gzip
import math
import pathlib
import random
import struct
import sys


def write(path, size, spacing, origin, values, code):
    """A NIfTI-1 file; values x fastest; code 4 for 16-bit whole numbers, 2 for bytes, 16 for single precision."""
    bits, kind = {2: (8, "B"), 4: (16, "h"), 16: (32, "f")}[code]
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *size, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, code, bits)
    struct.pack_into("<8f", header, 76, 1, *spacing, 0, 0, 0, 0)
    struct.pack_into("<f", header, 108, 352)
    struct.pack_into("<f", header, 112, 1)
    header[123] = 10
    struct.pack_into("<2h", header, 252, 1, 1)
    # LPS as in the scanner: the first two axes run against NIfTI's.
    struct.pack_into("<6f", header, 256, 0, 0, 1, -origin[0], -origin[1], origin[2])
    for row in range(3):
        values_of_row = [0.0] * 4
        values_of_row[row] = -spacing[row] if row < 2 else spacing[row]
        values_of_row[3] = -origin[row] if row < 2 else origin[row]
        struct.pack_into("<4f", header, 280 + 16 * row, *values_of_row)
    header[344:348] = b"n+1\0"
    with gzip.GzipFile(path, "wb", compresslevel=1, mtime=0) as file:
        file.write(bytes(header) + array.array(kind, values).tobytes())


def inside(point, centre, radii):
    return sum(((p - c) / r) ** 2 for p, c, r in zip(point, centre, radii)) <= 1


class Patient:
    def __init__(self, number):
        chance = random.Random(number)
        self.lungs = [((-62, 0, 0), (42, 62, 70)), ((62, 0, 0), (42, 62, 70))]
        self.tumour = [(chance.choice((-1, 1)) * (58 + chance.uniform(-8, 8)), chance.uniform(-20, 20), chance.uniform(-25, 25))]
        # Patients differ, or no feature could tell them apart: size, density, uptake, and how coarse and strong the texture is.
        size = chance.uniform(8, 20)
        self.radii = [tuple(size * chance.uniform(0.85, 1.15) for _ in range(3))]
        self.density, self.maximum = chance.uniform(0, 60), chance.uniform(4, 14)
        strength, wavelength = chance.uniform(0.1, 0.4), chance.uniform(8, 20)
        self.waves = [(strength, [chance.gauss(0, math.tau / wavelength) for _ in range(3)], chance.uniform(0, math.tau)) for _ in range(6)]
        # A second lobe, so that tumours are no ellipsoids.
        self.tumour.append(tuple(c + chance.uniform(-0.6, 0.6) * size for c in self.tumour[0]))
        self.radii.append(tuple(size * chance.uniform(0.5, 0.8) for _ in range(3)))
        self.noise = chance

    def is_tumour(self, point):
        return any(inside(point, centre, radii) for centre, radii in zip(self.tumour, self.radii))

    def texture(self, point):
        """From about -1 to 1, the same for CT and PET."""
        return sum(strength * math.cos(sum(w * p for w, p in zip(wave, point)) + phase) for strength, wave, phase in self.waves)

    def hounsfield(self, point):
        if self.is_tumour(point):
            return self.density + 60 * self.texture(point)
        if any(inside(point, *lung) for lung in self.lungs):
            return -820
        return 30 if inside(point, (0, 0, 0), (135, 95, 400)) else -1000

    def uptake(self, point):
        if self.is_tumour(point):
            return self.maximum * (1 + 0.3 * self.texture(point))
        if any(inside(point, *lung) for lung in self.lungs):
            return 0.5
        return 1.6 if inside(point, (0, 0, 0), (135, 95, 400)) else 0.0


def volume(size, spacing, origin, value):
    return [value((origin[0] + x * spacing[0], origin[1] + y * spacing[1], origin[2] + z * spacing[2]))
            for z in range(size[2]) for y in range(size[1]) for x in range(size[0])]


def grid(size, spacing):
    return tuple(-0.5 * (n - 1) * s for n, s in zip(size, spacing))


def blurred(values, size, rounds=1):
    """The mean over three voxels along every axis, as a stand-in for a scanner's resolution."""
    strides = (1, size[0], size[0] * size[1])
    for _ in range(rounds):
        for axis in range(3):
            step, length = strides[axis], size[axis]
            before = values
            values = [
                (before[i - step * (place > 0)] + v + before[i + step * (place < length - 1)]) / 3
                for i, v in enumerate(before) for place in (i // step % length,)]
    return values


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    for number in range(1, count + 1):
        patient, target = Patient(number), folder / f"patient_{number}"
        target.mkdir(parents=True, exist_ok=True)
        size, spacing = (120, 88, 44), (2.5, 2.5, 4.0)
        origin = grid(size, spacing)
        ct = volume(size, spacing, origin, patient.hounsfield)
        write(target / "ct.nii.gz", size, spacing, origin,
              [round(max(v + patient.noise.gauss(0, 15), -1024)) for v in blurred(ct, size)], 4)
        write(target / "truth.nii.gz", size, spacing, origin,
              [int(v) for v in volume(size, spacing, origin, patient.is_tumour)], 2)
        size, spacing = (72, 52, 44), (4.1, 4.1, 4.0)
        origin = grid(size, spacing)
        pet = blurred(volume(size, spacing, origin, patient.uptake), size)
        moved = (origin[0] + 3, origin[1] - 2, origin[2] + 1.5)
        write(target / "pet.nii.gz", size, spacing, moved,
              [max(v * (1 + patient.noise.gauss(0, 0.08)), 0) for v in pet], 16)
        print(f"patient_{number}: {math.prod(size)} PET voxels, tumour at {tuple(round(c) for c in patient.tumour[0])} mm")


if __name__ == "__main__":
    main()
