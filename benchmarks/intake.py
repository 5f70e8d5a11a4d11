"""A large survey on its way in, beside plain pandas: 300,000 respondents x 60 items as CSV, SPSS and Parquet.

For each format two new processes: pandas alone reads the file, checking nothing; ours reads it, checks every cell, keys
it and screens it (EM, Mahalanobis distances and Little's test included). Prints seconds, the highest memory of the
process, and their ratios. The goals are 15 s and 2 GiB. `make bench` runs it; the files go to a temporary folder.
"""

from __future__ import annotations

import os

THREADS = "2"
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = THREADS  # before numpy is imported: a BLAS reads it once

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

N, K = 300_000, 60
MISSING = 0.01
SEED = 20_200_326
FORMATS = ("csv", "sav", "parquet")
GIB = 2**30


def survey() -> pd.DataFrame:
    """Invented answers 1-5 to K items of three factors, one in a hundred missing, every tenth item in reverse."""
    rng = np.random.default_rng(SEED)
    factors = rng.standard_normal((N, 3))
    table: dict[str, object] = {
        "id": [f"R{number:06d}" for number in range(N)],
        "weight": rng.uniform(0.5, 2.0, N).round(3),
        "cluster": rng.choice(["anak", "disabilitas", "lansia"], N),
        "province": rng.choice(["11", "31", "32", "91", "94"], N),
    }
    for item in range(K):
        sign = -1 if item % 10 == 9 else 1
        latent = sign * 0.7 * factors[:, item % 3] + np.sqrt(1 - 0.49) * rng.standard_normal(N)
        points = 1.0 + np.digitize(latent, [-1.5, -0.5, 0.5, 1.5])
        points[rng.random(N) < MISSING] = np.nan
        table[f"q{item + 1}"] = points
    return pd.DataFrame(table)


def write(folder: Path) -> None:
    """The survey in the three formats."""
    import pyreadstat  # noqa: PLC0415 - only this process writes

    data = survey()
    items = {name: "Int64" for name in data.columns if name.startswith("q")}
    data.astype(items).to_csv(folder / "survey.csv", index=False)
    pyreadstat.write_sav(data, str(folder / "survey.sav"))
    data.to_parquet(folder / "survey.parquet", index=False)


def pandas_alone(path: Path) -> dict[str, float]:
    """Seconds of reading by pandas, which takes every cell as it comes."""
    started = time.perf_counter()
    reader = {".csv": pd.read_csv, ".sav": pd.read_spss, ".parquet": pd.read_parquet}[path.suffix]
    reader(path, **({"convert_categoricals": False} if path.suffix == ".sav" else {}))  # type: ignore[operator]
    return {"read": time.perf_counter() - started}


def ours(path: Path) -> dict[str, float]:
    """Seconds of reading, checking and keying, and of screening."""
    import ikfs_methods as ikfs  # noqa: PLC0415
    from ikfs_methods.framework import Framework  # noqa: PLC0415

    rows = [("I", "", "", np.nan, np.nan, 1.0), ("D", "I", "", np.nan, np.nan, 1.0)]
    rows += [(f"q{i + 1}", "D", f"q{i + 1}", 1.0, 5.0, -1.0 if i % 10 == 9 else 1.0) for i in range(K)]
    columns = ["code", "parent", "column", "scale_min", "scale_max", "direction"]
    tree = Framework("bench", {"id": "uji", "en": "test"}, "1", "proposed", {"id": "", "en": ""},
                     pd.DataFrame(rows, columns=columns).set_index("code"))  # fmt: skip
    started = time.perf_counter()
    loaded = ikfs.answers.load(
        path, tree, respondent="id", weight="weight", group="cluster", region="province", region_codes="bps-2020"
    )
    keyed = time.perf_counter()
    found = ikfs.answers.screen(loaded.as_given, low=1, high=5, groups=loaded.group)
    ended = time.perf_counter()
    if loaded.items.shape != (N, K) or found.n != N:
        raise SystemExit(f"expected {N} x {K}, found {loaded.items.shape}")
    return {"read, check, key": keyed - started, "screen": ended - keyed}


def measured(what: str, path: Path) -> tuple[dict[str, float], float]:
    """What a new process took: seconds by step, and its highest memory in GiB."""
    done = subprocess.run([sys.executable, __file__, what, str(path)], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    return found["seconds"], found["memory"] / GIB


def main() -> None:
    """The table, a line per format."""
    print(f"Intake of {N:,} x {K}, {MISSING:.0%} missing. Threads of the linear algebra: {THREADS}.")
    print(f"{'format':<8} {'pandas alone':>20} {'ours':>20} {'ratio':>6}  steps")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own, so that the survey's memory is not counted with a reader's.
        subprocess.run([sys.executable, __file__, "write", name], check=True)
        for kind in FORMATS:
            path = folder / f"survey.{kind}"
            theirs, their_memory = measured("pandas", path)
            steps, memory = measured("ours", path)
            total, bare = sum(steps.values()), sum(theirs.values())
            told = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in steps.items())
            print(
                f"{kind:<8} {bare:>7.2f} s {their_memory:>6.2f} GiB {total:>7.2f} s {memory:>6.2f} GiB "
                f"{total / bare:>6.1f}  {told}",
                flush=True,
            )


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    elif sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        run = pandas_alone if sys.argv[1] == "pandas" else ours
        spent = run(Path(sys.argv[2]))
        # ru_maxrss is in KiB on Linux
        print(json.dumps({"seconds": spent, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
