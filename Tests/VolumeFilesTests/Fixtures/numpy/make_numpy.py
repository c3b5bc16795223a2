"""Writes the archives of this folder. Made with numpy 2.2 or any later: python make_numpy.py"""
import os

import numpy as np

folder = os.path.dirname(os.path.abspath(__file__))
a = (np.arange(24, dtype=np.float32) / 8 - 1).reshape(2, 3, 4)


def path(name):
    return os.path.join(folder, name + ".npz")


np.savez_compressed(path("compressed"), probabilities=a)
np.savez(path("stored"), probabilities=a)
np.savez_compressed(path("float16"), probabilities=a.astype(np.float16))
np.savez_compressed(path("float64"), probabilities=a.astype(np.float64))
np.savez_compressed(path("several"), other=np.arange(5), probabilities=a, softmax=a + 1)
np.savez_compressed(path("integers"), probabilities=np.arange(24).reshape(2, 3, 4))
np.savez_compressed(path("fortran"), probabilities=np.asfortranarray(a))
