"""Invented experts of a simulated round: their ratings, judgements and budgets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from ikfs_methods.answers.population import Population

PANEL = ["expert", "institution", "indicator", "criterion", "rating"]
JUDGEMENTS = ["expert", "parent", "left", "right", "favours", "strength"]
BEST_WORST = ["expert", "parent", "best", "worst", "indicator", "best_over", "over_worst"]
COMMENTS = ["expert", "indicator", "comment"]
EXPERTS = ["expert", "institution"]
BUDGET = ["expert", "parent", "indicator", "points"]
POINTS = 100  # what each expert gives out within a parent


def largest_remainders(total: int, shares: np.ndarray) -> np.ndarray:
    """Whole numbers in proportion to the shares that sum to the total (Hamilton's method); ties go to the first."""
    exact = total * shares / shares.sum()
    whole: np.ndarray = np.floor(exact).astype(int)
    # rounded so that equal remainders stay ties whatever the last bit says
    order = np.argsort(-np.round(exact - whole, 9), kind="stable")
    whole[order[: total - whole.sum()]] += 1
    return whole


def panel(population: Population, rng: np.random.Generator) -> pd.DataFrame:
    """Ratings: quality plus the range times the expert's leniency and noise, rounded to the scale."""
    if population.panel is None:
        return pd.DataFrame(columns=PANEL)
    fields, codes = population.expert_fields, list(population.items)
    leniency = rng.normal(0, population.panel.leniency_sd, len(fields))
    rows = []
    for name, criterion in population.panel.criteria.items():
        quality = np.array([criterion.exceptions.get(code, criterion.quality) for code in codes])
        noise = rng.normal(0, population.panel.noise_sd, (len(fields), len(codes)))
        exact = quality + (criterion.high - criterion.low) * (leniency[:, None] + noise)
        ratings = np.clip(np.rint(exact), criterion.low, criterion.high).astype(int)
        rows += [
            (expert, field, code, name, rating)
            for (expert, field), given in zip(fields.items(), ratings.tolist(), strict=True)
            for code, rating in zip(codes, given, strict=True)
        ]
    return pd.DataFrame(rows, columns=PANEL)


def with_second_round(population: Population, first: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The ratings, and those of a second Delphi round in which experts go part of the way to the panel's median."""
    if population.panel is None or not population.panel.delphi:
        return first
    again = []
    for name, asked in population.panel.delphi.items():
        criterion = population.panel.criteria[name]
        own = first[first["criterion"] == name]
        median = own.groupby("indicator")["rating"].transform("median")
        noise = asked.noise_sd * (criterion.high - criterion.low) * rng.standard_normal(len(own))
        exact = own["rating"] + asked.pull * (median - own["rating"]) + noise
        again.append(own.assign(rating=np.clip(np.rint(exact), criterion.low, criterion.high).astype(int)))
    parts = [part.assign(delphi_round=number) for number, part in ((1, first), (2, pd.concat(again)))]
    return pd.concat(parts, ignore_index=True)


def best_worst(population: Population, rng: np.random.Generator) -> pd.DataFrame:
    """Whole strengths over the others and over the worst, from log priorities that each expert perturbs."""
    asked = population.best_worst
    if asked is None:
        return pd.DataFrame(columns=BEST_WORST)
    rows = []
    for parent, priorities in asked.parents.items():
        children = list(priorities)
        for expert in population.expert_fields:
            view = np.log(list(priorities.values())) + rng.normal(0, asked.view_sd, len(children))
            best, worst = int(view.argmax()), int(view.argmin())
            noise = rng.normal(0, asked.noise_sd, (2, len(children)))
            over = [view[best] - view + noise[0], view - view[worst] + noise[1]]
            strengths = np.clip(np.rint(np.exp(np.maximum(over, 0))), 1, 9).astype(int)
            strengths[0, best] = strengths[1, worst] = 1
            strengths[1, best] = strengths[0, worst]  # one comparison, asked for in both columns
            rows += [
                (expert, parent, children[best], children[worst], code, int(down), int(up))
                for code, down, up in zip(children, *strengths, strict=True)
            ]
    return pd.DataFrame(rows, columns=BEST_WORST)


def judgements(population: Population, rng: np.random.Generator) -> pd.DataFrame:
    """Whole strengths from log priorities that each expert, and each comparison again, perturbs."""
    asked = population.judgements
    if asked is None:
        return pd.DataFrame(columns=JUDGEMENTS)
    experts, rows = list(population.expert_fields), []
    spread = np.array([asked.exceptions.get(expert, asked.noise_sd) for expert in experts])
    for parent, priorities in asked.parents.items():
        views = np.log(list(priorities.values())) + rng.normal(0, asked.view_sd, (len(experts), len(priorities)))
        pairs = list(combinations(range(len(priorities)), 2))
        noise = rng.standard_normal((len(experts), len(pairs))) * spread[:, None]
        children = list(priorities)
        for i, expert in enumerate(experts):
            for p, (left, right) in enumerate(pairs):
                ratio = views[i, left] - views[i, right] + noise[i, p]
                strength = int(np.clip(np.rint(np.exp(abs(ratio))), 1, 9))
                favours = "right" if ratio < 0 and strength > 1 else "left"  # equal strength favours neither
                rows.append((expert, parent, children[left], children[right], favours, strength))
    return pd.DataFrame(rows, columns=JUDGEMENTS)


def budget(population: Population, rng: np.random.Generator) -> pd.DataFrame:
    """Points in lots of `step`, from a Dirichlet distribution about the mean points."""
    asked = population.budget
    if asked is None:
        return pd.DataFrame(columns=BUDGET)
    experts, rows = list(population.expert_fields), []
    for parent, means in asked.parents.items():
        average = np.array(list(means.values()))
        shares = rng.dirichlet(asked.concentration * average / average.sum(), len(experts))
        for expert, share in zip(experts, shares, strict=True):
            points = asked.step * largest_remainders(POINTS // asked.step, share)
            rows += [(expert, parent, code, int(given)) for code, given in zip(means, points, strict=True)]
    return pd.DataFrame(rows, columns=BUDGET)
