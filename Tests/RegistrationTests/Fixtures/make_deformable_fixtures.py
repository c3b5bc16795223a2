"""Writes deformable.json: structure features, cost volumes and coupled convex searches of two small images, in numpy in double precision.

Usage: make_deformable_fixtures.py OUTPUT.json

Written from the papers (Heinrich et al. 2013, doi:10.1007/978-3-642-40811-3_24; Siebert et al. 2021, doi:10.1007/978-3-030-97281-3_26), plainly:
every sum is a loop over shifted copies. Arrays are z, y, x; lists in the file are x fastest.
"""
import json
import sys

import numpy as np

SHAPE = (8, 9, 10)


def shifted(a, z, y, x):
    """The array whose value at p is a's at p + (z, y, x), the outermost voxels repeated."""
    ids = [np.clip(np.arange(n) + s, 0, n - 1) for n, s in zip(a.shape, (z, y, x))]
    return a[np.ix_(*ids)]


def box(a):
    return sum(shifted(a, z, y, x) for z in (-1, 0, 1) for y in (-1, 0, 1) for x in (-1, 0, 1)) / 27


def features(image):
    directions = [(0, 0, -2), (0, 0, 2), (0, -2, 0), (0, 2, 0), (-2, 0, 0), (2, 0, 0)]
    d = []
    for i in range(6):
        for j in range(i + 1, 6):
            if i // 2 != j // 2:
                d.append(box((shifted(image, *directions[i]) - shifted(image, *directions[j])) ** 2))
    d = np.array(d)
    d -= d.min(0)
    v = d.mean(0)
    v = np.clip(v, 1e-3 * v.mean(), 1e3 * v.mean())
    return np.exp(-d / v)


def pooled(f, g):
    size = [-(-n // g) for n in f.shape[1:]]
    out = np.empty((12, *size))
    for z in range(size[0]):
        for y in range(size[1]):
            for x in range(size[2]):
                out[:, z, y, x] = f[:, z * g:z * g + g, y * g:y * g + g, x * g:x * g + g].mean((1, 2, 3))
    return out


def costs(f, m, q):
    out = []
    for z in range(-q, q + 1):
        for y in range(-q, q + 1):
            for x in range(-q, q + 1):
                c = sum((f[k] - shifted(m[k], z, y, x)) ** 2 for k in range(12))
                out.append(box(box(c)))
    return np.array(out)


def convex(c, q):
    n = 2 * q + 1
    d = np.array([(x, y, z) for z in range(-q, q + 1) for y in range(-q, q + 1) for x in range(-q, q + 1)], float)
    best = c.argmin(0)
    u = np.array([box(d[best][..., k]) for k in range(3)])
    for theta in (0.003, 0.01, 0.03, 0.1, 0.3, 1):
        distance = sum((d[:, k, None, None, None] - u[k][None]) ** 2 for k in range(3))
        label = (c + theta * distance).argmin(0)
        u = np.array([box(d[label][..., k]) for k in range(3)])
    assert len(d) == n ** 3
    return best, u


def sampled(u, places):
    """Trilinear, places (x, y, z) clamped to the outermost centres."""
    size = u.shape[1:][::-1]
    low, t = [], []
    for p, n in zip(places, size):
        p = np.clip(p, 0, n - 1)
        i = np.minimum(p.astype(int), n - 2)
        low.append(i), t.append(p - i)
    out = 0
    for k in (0, 1):
        for j in (0, 1):
            for i in (0, 1):
                w = (t[0] if i else 1 - t[0]) * (t[1] if j else 1 - t[1]) * (t[2] if k else 1 - t[2])
                out = out + w * u[:, low[2] + k, low[1] + j, low[0] + i]
    return out


def symmetrised(u, v):
    z, y, x = np.meshgrid(*(np.arange(n) for n in u.shape[1:]), indexing='ij')
    identity = np.array([x, y, z], float)
    for _ in range(15):
        u, v = (u - sampled(v, identity + u)) / 2, (v - sampled(u, identity + v)) / 2
    return u


def numbers(a, digits=7):
    return [round(float(v), digits) for v in np.asarray(a).ravel()]


def main():
    random = np.random.RandomState(5)
    z, y, x = np.meshgrid(*(np.arange(n) for n in SHAPE), indexing='ij')
    fixed = 0.5 + 0.3 * np.sin(0.9 * x + 0.4 * y) * np.cos(0.7 * z) + 0.1 * random.rand(*SHAPE)
    moving = 0.5 + 0.3 * np.sin(0.9 * (x - 1.7) + 0.4 * (y + 0.9)) * np.cos(0.7 * (z - 0.8)) + 0.1 * random.rand(*SHAPE)
    # Single precision, as the images are in the program.
    fixed, moving = (np.round(a, 6).astype(np.float32).astype(float) for a in (fixed, moving))
    f, m = features(fixed), features(moving)
    fp, mp, q = pooled(f, 2), pooled(m, 2), 2
    there, back = costs(fp, mp, q), costs(mp, fp, q)
    best, u = convex(there, q)
    _, v = convex(back, q)
    with open(sys.argv[1], 'w') as out:
        json.dump(dict(
            extent=SHAPE[::-1], fixed=numbers(fixed, 6), moving=numbers(moving, 6), stride=7, features=numbers(f.reshape(12, -1)[:, ::7]),
            reach=q, costStride=41, costs=numbers(there.ravel()[::41]), best=[int(i) for i in best.ravel()],
            convex=[numbers(a) for a in u], symmetrised=[numbers(a) for a in symmetrised(u, v)]), out)


main()
