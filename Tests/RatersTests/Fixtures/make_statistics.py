"""Writes statistics.json; see README.md beside this file."""
import json
import pathlib

import numpy as np
import pandas as pd
import pingouin
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

here = pathlib.Path(__file__).parent.resolve()
generator = np.random.default_rng(3)

shrout_fleiss = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
names = ["ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]


def intervals(table):
    """95 % intervals after McGraw and Wong (1996), with scipy's quantiles."""
    n, k = table.shape
    rows, columns = table.mean(1), table.mean(0)
    msr = k * rows.var(ddof=1)
    msc = n * columns.var(ddof=1)
    mse = ((table - rows[:, None] - columns + table.mean()) ** 2).sum() / ((n - 1) * (k - 1))
    msw = table.var(axis=1, ddof=1).mean()

    def ratio(error, freedom):
        f = msr / error
        return f / stats.f.ppf(0.975, n - 1, freedom), f * stats.f.ppf(0.975, freedom, n - 1)

    def single(bounds):
        return [(f - 1) / (f + k - 1) for f in bounds]

    r = (msr - mse) / (msr + (k - 1) * mse + k * (msc - mse) / n)
    a, b = k * r / (n * (1 - r)), 1 + k * r * (n - 1) / (n * (1 - r))
    v = (a * msc + b * mse) ** 2 / (
        (a * msc) ** 2 / (k - 1) + (b * mse) ** 2 / ((n - 1) * (k - 1)))
    low, high = stats.f.ppf(0.975, n - 1, v), stats.f.ppf(0.975, v, n - 1)
    noise = k * msc + (k * n - k - n) * mse
    two = [n * (msr - low * mse) / (low * noise + n * msr),
           n * (high * msr - mse) / (noise + n * high * msr)]
    one, three = single(ratio(msw, n * (k - 1))), single(ratio(mse, (n - 1) * (k - 1)))
    mean = [[k * x / (1 + (k - 1) * x) for x in bounds] for bounds in (one, two, three)]
    return [one, two, three, *mean]


def correlations(table):
    n, k = table.shape
    long = pd.DataFrame({
        "subject": np.repeat(np.arange(n), k), "rater": np.tile(np.arange(k), n),
        "rating": table.ravel()})
    result = pingouin.intraclass_corr(long, targets="subject", raters="rater", ratings="rating")
    rows = []
    for (_, row), name, bounds in zip(result.iterrows(), names, intervals(table)):
        printed = row.get("CI95%", row.get("CI95"))
        assert np.allclose(bounds, printed, atol=0.0051), (name, bounds, printed)
        rows.append({
            "form": name, "value": row["ICC"], "f": row["F"],
            "freedom": [float(row["df1"]), float(row["df2"])], "p": row["pval"],
            "interval": bounds})
    return {"ratings": table.tolist(), "correlations": rows}


def bland_altman(a, b):
    d, mean, n = a - b, (a + b) / 2, len(a)
    t = stats.t.ppf(0.975, n - 1)
    return {
        "first": a.tolist(), "second": b.tolist(), "bias": d.mean(), "sd": d.std(ddof=1),
        "lower": d.mean() - 1.96 * d.std(ddof=1), "upper": d.mean() + 1.96 * d.std(ddof=1),
        "bias_margin": t * d.std(ddof=1) / np.sqrt(n),
        "limit_margin": t * d.std(ddof=1) * np.sqrt(3 / n),
        "slope": stats.linregress(mean, d).slope,
        "concordance": 2 * np.cov(a, b, ddof=0)[0, 1] / (a.var() + b.var() + d.mean() ** 2)}


def tables():
    yield np.array(shrout_fleiss, float)
    for n, k, noise in ((12, 3, 0.3), (40, 2, 1.0), (5, 5, 2.0), (30, 4, 0.01)):
        subjects = generator.normal(50, 4, (n, 1))
        yield subjects + generator.normal(0, 1, (1, k)) + noise * generator.normal(size=(n, k))


if __name__ == "__main__":
    quantiles = [
        {"freedom": [a, b], "probability": p, "quantile": stats.f.ppf(p, a, b),
         "cumulative": stats.f.cdf(1.7, a, b), "survival": stats.f.sf(9.5, a, b)}
        for a in (1, 1.3, 4.78514, 20, 333.3, 1e4) for b in (1.3, 5, 77.7, 1e4)
        for p in (0.025, 0.5, 0.95, 0.975)]
    votes = generator.multinomial(6, [0.5, 0.3, 0.2], 25)
    fleiss = [
        # Fleiss' own example: ten subjects, fourteen raters, five categories.
        np.array([[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0],
                  [2, 2, 8, 1, 1], [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2],
                  [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]), votes]
    cohen = [np.array([[20, 5], [10, 15]]), generator.integers(0, 30, (4, 4))]
    a = generator.normal(20, 6, 17)
    document = {
        "quantiles": quantiles,
        "tables": [correlations(table) for table in tables()],
        "fleiss": [{"votes": t.tolist(), "kappa": fleiss_kappa(t)} for t in fleiss],
        "cohen": [{"table": t.tolist(), "kappa": cohens_kappa(t).kappa} for t in cohen],
        "bland_altman": bland_altman(a, a * 1.05 + generator.normal(0.4, 1, 17)),
    }
    (here / "statistics.json").write_text(json.dumps(document, default=float) + "\n")
