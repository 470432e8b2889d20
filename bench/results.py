"""Shared by all parts of the benchmark: run lengths, and the collected figures."""

import os
import statistics

QUICK = os.environ.get("BENCH_QUICK") == "1"
ENGINES = os.environ.get("BENCH_ENGINES", "sqlite postgres").split()
ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
SECONDS = 2 if QUICK else 5
ROUNDS = 3
# Product and baseline alternate in short turns, so that other load on the machine affects both. A ratio is the median over the turns.
TURNS = 5 if QUICK else 11
results = []
# Additional tables: title, header, lines.
details = []


def report(what, target, figure, passed, baseline=""):
    """One row of the table; `passed` is none for figures without a target."""
    results.append((what, target, figure, baseline, "" if passed is None else "pass" if passed else "MISS"))
    print(f"  {what}: {figure} (target {target or '—'}; {baseline or 'no baseline'}){'' if passed is None else '  pass' if passed else '  MISS'}", flush=True)


def middle(values):
    return statistics.median(values)


def ratio_of(ours, bare):
    return middle([one / other for one, other in zip(ours, bare)])


def spread(values, form="{:,.0f}"):
    return f"{form.format(min(values))}–{form.format(max(values))}"
