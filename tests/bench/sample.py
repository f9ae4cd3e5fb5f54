"""Results as a run makes them, with numbers that are easy to check by head."""


def row(method="RMSprop", case="1e4", size=10_000, threads=2, missing=None, **seconds):
    """One contest; seconds by contender, `ours` and `tiles` for short, the floor is 1 us."""
    names = {"ours": "lab numba", "tiles": "lab tiles"}
    times = {names.get(k, k.replace("_", " ")): v / 1e6 for k, v in seconds.items()}
    times = {"floor": 1e-6, "lab numba": 2e-6} | times

    def four(x):
        return float(f"{x:.4g}")  # as a file keeps it
    return {
        "method": method, "case": case, "size": size, "tensors": 1, "threads": threads,
        "seconds": {k: [t, four(0.9 * t), four(1.1 * t)] for k, t in times.items()},
        "over_ours": {k: four(t / times["lab numba"]) for k, t in times.items()},
        "over_floor": {k: four(t / 1e-6) for k, t in times.items()}, "missing": missing or {}}


def results(*rows):
    """The content of a results file."""
    return {
        "format": 1, "device": "cpu", "results": list(rows),
        "machine": {"device": "A processor", "cores": 2, "date": "2026-01-02", "python": "3.11",
                    "versions": {"numpy": "2.4"}},
        "accuracy": [{"method": "RMSprop", "settings": {"rho": 0.9}, "samples": 3,
                      "executor": "numba", "ulps": {"v": 1.5, "theta": 4.5}}],
        "tried": [{"name": "a way", "idea": "why not", "case": "1e6", "threads": 2,
                   "over_ours": 3.0},
                  {"name": "no way", "idea": "hope", "case": "1e6", "threads": 2,
                   "missing": "ValueError: no"}]}
