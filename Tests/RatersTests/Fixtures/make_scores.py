"""Writes scores.json: areas under the ROC curve with DeLong's intervals and tests; see README.md beside this file."""
import json
import pathlib

import numpy as np
from MLstatkit import Delong_test
from sklearn.metrics import roc_auc_score

here = pathlib.Path(__file__).parent.resolve()
generator = np.random.default_rng(17)

if __name__ == "__main__":
    sets = []
    # Subjects, how far outcomes are apart, digits that are kept: few make ties.
    for n, distance, digits in ((14, 1.5, 6), (40, 1.0, 1), (120, 0.6, 6), (300, 0.2, 0), (60, 2.5, 2)):
        outcomes = np.arange(n) % 3 == 0
        base = outcomes * distance + generator.normal(size=n)
        scores = [np.round(base + 0.5 * generator.normal(size=n), digits) for _ in range(2)]
        z, p, first, second, area, other, _ = Delong_test(outcomes.astype(int), *scores)
        assert abs(area - roc_auc_score(outcomes, scores[0])) < 1e-12
        sets.append({"outcomes": outcomes.astype(int).tolist(), "scores": [s.tolist() for s in scores], "areas": [area, other],
                     "intervals": [list(map(float, first)), list(map(float, second))], "p": float(p)})
    (here / "scores.json").write_text(json.dumps(sets, separators=(",", ":")).replace("},", "},\n") + "\n")
