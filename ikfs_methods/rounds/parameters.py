"""Every parameter of a round: its type, default, meaning and source."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args, get_origin

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from ikfs_methods.checks import did_you_mean
from ikfs_methods.errors import IkfsError, InputProblemsError, ParameterError


def _p(default: object, meaning: str, source: str, **limits: Any) -> Any:
    return Field(default, description=meaning, json_schema_extra={"source": source}, **limits)


_PROJECT = "project default"
_USAGE = "common usage; no single source"
Share = Annotated[float, Field(gt=0, lt=1)]


class Parameters(BaseModel):
    """The method parameters of a round; unknown names and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    seed: int = _p(20200326, "seed of every draw", _PROJECT, ge=0)
    level: Share = _p(0.95, "level of intervals and of the r table", _USAGE)
    missing: Literal["listwise", "pairwise"] = _p("listwise", "rows used when answers are missing", _PROJECT)
    drop: list[str] = _p([], "indicators left out besides the decisions (for variants)", _PROJECT)

    screen_missing: Share = _p(0.50, "share of unanswered items from which a respondent is flagged", _PROJECT)
    screen_run: Share = _p(0.50, "share of the items, in a row, with the same answer that is flagged", "Curran (2016)")
    screen_spread: Share = _p(
        0.05, "standard deviation of a respondent's answers, as a share of the scale, below which it is flagged",
        _PROJECT,
    )  # fmt: skip
    screen_seconds: float = _p(2.0, "seconds per item below which a respondent is flagged", "Huang et al. (2012)", gt=0)
    screen_outlier: Share = _p(0.001, "p value of the Mahalanobis distance below which a respondent is flagged", _USAGE)
    minimum_count: int = _p(5, "counts from 1 to below this are not published", _PROJECT, ge=1)
    minimum_respondents: int = _p(10, "means of fewer respondents are not published", _PROJECT, ge=1)

    rating_criterion: str = _p("relevance", "criterion of the panel that the verdict on content uses", _PROJECT)
    rating_low: int = _p(1, "lowest rating of the panel's scale", _PROJECT)
    rating_high: int = _p(4, "highest rating of the panel's scale", _PROJECT)
    aiken_alpha: Share = _p(0.05, "significance of the exact test of Aiken's V", "Aiken (1985)")
    aiken_cutoff: Share = _p(0.70, "lowest acceptable Aiken V", _USAGE)
    relevant_from: int | None = _p(
        None, "lowest rating that counts as agreement; none means above the middle of the scale", "Lynn (1986)"
    )
    content_rules: list[Literal["aiken", "clarity", "cvr", "i_cvi"]] = _p(
        ["aiken", "clarity"], "which numbers of the panel count in the evidence's verdict", _PROJECT
    )
    clarity_cutoff: Share = _p(0.50, "lowest acceptable Aiken V of clarity", _PROJECT)
    cvr_alpha: Share = _p(0.05, "significance of the exact test of Lawshe's CVR", "Ayre & Scally (2014)")
    i_cvi_cutoff: Share | None = _p(
        None, "lowest acceptable I-CVI; none means 1 up to five experts and .78 from six", "Lynn (1986)"
    )
    s_cvi_cutoff: Share = _p(0.90, "lowest acceptable S-CVI/Ave", "Waltz et al. (2005)")
    s_cvi_ua_cutoff: Share = _p(0.80, "lowest acceptable S-CVI/UA", "Davis (1992)")
    congruence_cutoff: Share = _p(0.50, "lowest acceptable item-objective congruence", _USAGE)
    agreement_draws: int = _p(1000, "resamples behind the intervals of agreement", _PROJECT, ge=100, le=100_000)
    dependability_cutoff: Share = _p(0.80, "lowest acceptable reliability (phi) of the panel's mean rating", _USAGE)
    delphi_share: Share = _p(0.75, "share of experts within the band that is consensus", "Diamond et al. (2014)")
    delphi_iqr: float | None = _p(
        None,
        "largest interquartile range of a consensus, in scale points; none means a quarter of the scale, at least 1 "
        "from four points on",
        _USAGE,
        ge=0,
    )
    delphi_change: Share = _p(
        0.15, "share of experts whose rating may change between Delphi rounds that are stable", "Scheibe et al. (1975)"
    )
    expert_draws: int = _p(1000, "resamples of experts behind the intervals of weights", _PROJECT, ge=100, le=100_000)

    item_rest_cutoff: Share = _p(0.30, "lowest acceptable item-rest correlation", _USAGE)
    alpha_cutoff: Share = _p(0.70, "lowest acceptable Cronbach's alpha", _USAGE)

    extreme_share: float = _p(0.27, "share of respondents in each extreme group", "Kelley (1939)", gt=0, le=0.5)
    dif_alpha: Share = _p(0.01, "significance of differential item functioning", "Choi et al. (2011)")
    dif_effect: Share = _p(0.02, "least change of pseudo R-squared that counts as such", "Choi et al. (2011)")
    dif_minimum: int = _p(200, "respondents per group below which it is indicative only", "Scott et al. (2009)", ge=10)

    correlation: Literal["pearson", "polychoric", "spearman"] = _p(
        "pearson", "correlations of the factor analysis", _PROJECT
    )
    kmo_cutoff: Share = _p(0.50, "lowest acceptable KMO", "Kaiser (1974)")
    msa_cutoff: Share = _p(0.50, "lowest acceptable MSA of an item", "Kaiser (1974)")
    parallel_kind: Literal["component", "factor"] = _p("component", "eigenvalues of parallel analysis", "Horn (1965)")
    parallel_draws: int = _p(500, "random matrices in parallel analysis", _PROJECT, ge=20, le=100_000)
    parallel_percentile: float = _p(95.0, "percentile of the random eigenvalues", _USAGE, gt=0, lt=100)
    n_factors: int | None = _p(None, "number of factors; none means as parallel analysis says", _PROJECT, ge=1)
    permuted_draws: int = _p(
        100, "permutations in parallel analysis of polychoric correlations", _PROJECT, ge=20, le=10_000
    )
    extraction: Literal["minres", "ml", "paf", "pca"] = _p("minres", "extraction of factors", "Harman & Jones (1966)")
    rotation: Literal[
        "oblimin", "quartimin", "geomin", "bentler", "promax", "varimax", "quartimax", "equamax", "none"
    ] = _p("oblimin", "rotation of factors", "Jennrich (2002)")
    rotation_starts: int = _p(10, "starts of the rotation; the best end is kept", _PROJECT, ge=1, le=1000)
    bootstrap_draws: int = _p(1000, "resamples behind the intervals of loadings", _PROJECT, ge=100, le=100_000)
    loading_cutoff: Share = _p(0.40, "lowest acceptable primary loading", _USAGE)
    loading_gap: Share = _p(0.20, "least distance of the primary from the next loading", _USAGE)
    communality_cutoff: Share = _p(0.30, "lowest acceptable communality", _USAGE)
    rmsea_cutoff: Share = _p(0.06, "highest RMSEA of a good fit", "Hu & Bentler (1999)")
    rmsea_adequate: Share = _p(0.08, "highest RMSEA of an adequate fit", "Browne & Cudeck (1993)")
    tli_cutoff: Share = _p(0.95, "lowest TLI of a good fit", "Hu & Bentler (1999)")
    tli_adequate: Share = _p(0.90, "lowest TLI of an adequate fit", _USAGE)
    srmr_cutoff: Share = _p(0.08, "highest SRMR of a good fit", "Hu & Bentler (1999)")
    srmr_adequate: Share = _p(0.10, "highest SRMR of an adequate fit", _USAGE)
    general_cutoff: Share = _p(0.75, "wanted omega hierarchical of one index over all", "Reise et al. (2013)")
    general_least: Share = _p(0.50, "least omega hierarchical of one index over all", "Reise et al. (2013)")
    retest_cutoff: Share = _p(0.50, "lowest acceptable agreement over two occasions", "Koo & Li (2016)")
    redundancy_cutoff: Share = _p(0.90, "correlation within a dimension above which items repeat each other", _USAGE)

    weights: Literal["equal", "ahp", "budget", "best_worst", "factor"] = _p(
        "equal", "weight set where no decision of the round names one", _PROJECT
    )
    ahp_priority: Literal["eigenvector", "geometric"] = _p("eigenvector", "priorities of an AHP matrix", "Saaty (1980)")
    ahp_aggregation: Literal["aij", "aip"] = _p("aij", "group AHP: judgements (aij) or priorities (aip)", _USAGE)
    ahp_incomplete: Literal["accept", "refuse"] = _p(
        "accept", "judges who left pairs out, while what they gave connects all elements", _PROJECT
    )
    consistency_cutoff: Share = _p(0.10, "highest acceptable consistency ratio", "Saaty (1980)")
    minimum_eigenvalue: float = _p(
        1.0, "eigenvalue above which a component counts for weights", "OECD/JRC (2008)", ge=0
    )

    normalisation: Literal["scale", "minmax"] | None = _p(None, "none means as the framework says", _PROJECT)
    aggregation: list[Literal["arithmetic", "geometric"]] | None = _p(
        None, "by level, lowest first; none means as the framework says", _PROJECT
    )
    order: Literal["respondent-first", "unit-first"] | None = _p(None, "none means as the framework says", _PROJECT)
    minimum_answered: float = _p(
        0.5, "share of a dimension's items that a respondent must answer", _PROJECT, gt=0, le=1
    )
    floor: float | None = _p(None, "score that replaces lower ones before a geometric mean", _PROJECT, gt=0)


def resolve(*layers: dict[str, Any], where: str = "parameters") -> Parameters:
    """The parameters after each layer overrides the one before it.

    None means "as the layer below says", except for the default itself. Raises ParameterError for an unknown name, with
    the nearest known one, and for a value of the wrong type or out of range.
    """
    merged: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            if name not in Parameters.model_fields:
                raise ParameterError(
                    f"{where}: {name!r} is no parameter.{did_you_mean(name, Parameters.model_fields)} "
                    "`ikfs parameters` lists all of them."
                )
            if value is not None:
                merged[name] = [value] if name == "aggregation" and isinstance(value, str) else value
    try:
        return Parameters.model_validate(merged)
    except ValidationError as error:
        names = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors())
        problems: list[IkfsError | str] = [
            ParameterError(
                f"{where}: {name} must be a {type_name(Parameters.model_fields[name])}; found {merged[name]!r}. "
                "`ikfs parameters` lists types and defaults."
            )
            for name in names
        ]
        if len(problems) == 1:
            raise ParameterError(str(problems[0])) from None
        raise InputProblemsError(problems) from None


def choices(name: str) -> list[str]:
    """The options of a parameter that takes one of several words."""
    annotation = Parameters.model_fields[name].annotation
    found = [part for part in (annotation, *get_args(annotation)) if get_origin(part) is Literal]
    return [str(option) for option in get_args(found[0])]


def type_name(field: FieldInfo) -> str:
    """A parameter's type in plain words, with its limits."""
    limits = [
        f"{word} {getattr(rule, name)}"
        for rule in field.metadata
        for name, word in (("gt", "above"), ("ge", "at least"), ("lt", "below"), ("le", "at most"))
        if getattr(rule, name, None) is not None
    ]
    return ", ".join([_words(field.annotation), *limits])


def _words(annotation: Any) -> str:
    simple = {int: "whole number", float: "number", str: "text", type(None): "none"}
    if annotation in simple:
        return simple[annotation]
    parts = get_args(annotation)
    if get_origin(annotation) is Literal:
        return "word among " + ", ".join(parts)
    if get_origin(annotation) is list:
        return f"list of {_words(parts[0])}"
    if get_origin(annotation) is Annotated:
        return _words(parts[0])
    return " or ".join(_words(part) for part in parts)


def table(values: Parameters | None = None) -> pd.DataFrame:
    """All parameters: name (index), type, default, meaning, source; with `values` also the value in force."""
    rows = {}
    for name, field in Parameters.model_fields.items():
        extra = field.json_schema_extra
        source = extra["source"] if isinstance(extra, dict) else ""
        rows[name] = {
            "type": type_name(field),
            "default": field.default,
            "meaning": field.description,
            "source": source,
        }
        if values is not None:
            rows[name]["value"] = getattr(values, name)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("parameter")
