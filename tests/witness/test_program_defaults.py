"""What other programs' defaults give: checked where R's psych could be asked, and by what must follow."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ikfs_methods import witness
from ikfs_methods.errors import ColumnError, NotNumericError, ParameterError
from ikfs_methods.factor import exploratory
from ikfs_methods.reliability import cronbach_alpha
from ikfs_methods.witness import programs
from ikfs_methods.witness.alignment import worst_cell

REFERENCE = Path(__file__).parents[1] / "reference"
R = json.loads((REFERENCE / "items_defaults.json").read_text(encoding="utf-8"))
SCALES = {code: [f"{code}{i}" for i in range(1, 9)] for code in ("KD", "PS", "PM")}


@pytest.fixture(scope="module")
def pilot() -> pd.DataFrame:
    answers = pd.read_csv(REFERENCE / "pilot.csv")
    answers["PS8"] = 6 - answers["PS8"]
    return answers[[item for items in SCALES.values() for item in items]]


@pytest.fixture(scope="module")
def result(pilot: pd.DataFrame) -> witness.DefaultsResult:
    return witness.defaults(pilot, n_factors=3, scales=SCALES, rng=0)


def rows(result: witness.DefaultsResult, coefficient: str, program: str) -> list[witness.DefaultRow]:
    return [row for row in result.rows if (row.coefficient, row.program) == (coefficient, program)]


def test_psychs_alpha_and_interval_are_those_of_r(result: witness.DefaultsResult) -> None:
    ours = [rows(result, name, "psych")[0].theirs for name in ("alpha", "alpha_ci_low", "alpha_ci_high")]
    assert ours == pytest.approx(R["alpha_KD"], abs=1e-9)  # closed form; R prints 15 digits


@pytest.mark.parametrize("coefficient", ["kmo", "bartlett_chi2"])
def test_psychs_suitability_is_that_of_r(result: witness.DefaultsResult, coefficient: str) -> None:
    row = rows(result, coefficient, "psych")[0]
    assert row.theirs == pytest.approx(R[coefficient], rel=1e-9)  # closed form
    assert row.why == (("missing",) if coefficient == "kmo" else ("missing", "n"))


@pytest.mark.parametrize(
    ("program", "size", "reference"),
    [
        ("psych", 1, "psych_1"), ("psych", 3, "psych_3"), ('psych fm="pa"', 3, "psych_pa_3"), ("JASP", 3, "JASP_3"),
        ("jamovi", 3, "jamovi_3"), ("SPSS", 3, "SPSS_3"),
    ],
)  # fmt: skip
def test_imitated_loadings_are_those_of_r(pilot: pd.DataFrame, program: str, size: int, reference: str) -> None:
    found = {
        default.parts[0]["n_factors"]: default.loadings
        for default in programs.loadings(pilot, size, {}) if default.program == program
    }  # fmt: skip
    theirs = np.array(R[reference])
    cell = worst_cell(pd.DataFrame(found[size], index=pilot.columns), theirs)
    # psych's searches stop up to 4e-5 from the converged loadings; R's varimax, from which SPSS's solution is taken,
    # stops at a gain of 1e-5, which leaves 5e-4
    assert cell.ours == pytest.approx(cell.theirs, abs=1e-3 if program == "SPSS" else 1e-4)
    assert cell.congruence == pytest.approx(1, abs=1e-6)


def test_programs_that_can_be_run_are_run(pilot: pd.DataFrame, result: witness.DefaultsResult) -> None:
    from factor_analyzer import FactorAnalyzer
    from pingouin import cronbach_alpha as theirs

    value, (low, high) = theirs(data=pilot[SCALES["PM"]])
    found = [rows(result, name, "pingouin")[2] for name in ("alpha", "alpha_ci_low", "alpha_ci_high")]
    assert [row.theirs for row in found] == [value, low, high]
    assert {row.computed_by for row in found} == {"program"}
    assert found[1].why == ("missing", "interval_n", "decimals")
    assert found[1].their_settings["interval_n"] == 1200
    row = rows(result, "loading", "factor_analyzer")[0]
    item = row.subject.split(" / ")[1]
    with pytest.warns(FutureWarning, match="force_all_finite"):
        fitted = FactorAnalyzer().fit(pilot)
    own = fitted.loadings_[pilot.columns.get_loc(item)]
    assert np.abs(np.abs(own) - abs(row.theirs)).min() == pytest.approx(0, abs=1e-12)
    assert row.their_settings["missing"] == "median"
    assert 0.9 < row.congruence <= 1


def test_a_program_that_fails_gives_a_row_that_says_so(result: witness.DefaultsResult) -> None:
    # the answers have gaps, which factor_analyzer's KMO cannot take unless its own analysis fills them in
    failed, filled = rows(result, "kmo", "factor_analyzer")
    assert np.isnan(failed.theirs)
    assert failed.why == ("undefined",)
    assert failed.error
    assert filled.their_settings["missing"] == "median"
    assert np.isfinite(filled.theirs)


def test_numbers_of_factors_follow_each_programs_rule(result: witness.DefaultsResult) -> None:
    found = {row.program: row.theirs for row in result.rows if row.coefficient == "n_factors"}
    assert found == {
        "factor_analyzer": 3,
        "statsmodels": 1,
        "psych": 1,
        "SPSS": R["eigen_above_1"],
        "JASP": 3,
        "jamovi": 3,
    }
    assert all(row.why == ("rule",) for row in result.rows if row.coefficient == "n_factors")


def test_where_defaults_coincide_the_values_do(result: witness.DefaultsResult) -> None:
    same = [row for row in result.rows if row.why == ("same",)]
    assert {row.program for row in same} == {"SPSS", "jamovi"}
    assert [row.difference for row in same] == pytest.approx([0] * len(same), abs=1e-9)


def test_complete_answers_are_alike_under_every_policy(pilot: pd.DataFrame) -> None:
    complete = pilot.dropna()[SCALES["KD"] + SCALES["PS"]]
    found = witness.defaults(complete, n_factors=2)
    assert not any("missing" in row.why for row in found.rows)
    closed = [row for row in found.rows if row.coefficient in ("alpha", "kmo", "bartlett_chi2")]
    assert {row.why for row in closed} == {("same",)}
    assert [row.theirs for row in closed] == pytest.approx([row.ours for row in closed], rel=1e-9)
    assert (found.n_rows, found.n_complete) == (745, 745)
    assert {row.program for row in found.rows if row.coefficient == "n_factors"} == {
        "factor_analyzer", "statsmodels", "psych", "SPSS",
    }  # fmt: skip


def test_given_results_are_taken_with_their_own_settings(pilot: pd.DataFrame) -> None:
    items = SCALES["KD"]
    alpha = cronbach_alpha(pilot[items], missing="pairwise", interval="bonett", level=0.9)
    solution = exploratory(pilot[items], n_factors=2, rotation="varimax", missing="pairwise")
    found = witness.defaults(pilot[items], alphas={"KD": alpha}, subject="KD", solution=solution)
    row = rows(found, "alpha_ci_low", "psych")[0]
    assert row.ours == alpha.ci_low
    assert row.why == ("interval", "level")
    assert rows(found, "alpha", "SPSS")[0].why == ("missing",)
    assert {row.our_settings["rotation"] for row in found.rows if row.coefficient == "loading"} == {"varimax"}
    assert {"rotation", "kaiser"} <= set(rows(found, "loading", "psych")[-1].why)


def test_one_factor_is_not_rotated_on_either_side(pilot: pd.DataFrame) -> None:
    found = witness.defaults(pilot[SCALES["PM"]], n_factors=1, missing="pairwise", subject="PM")
    assert rows(found, "loading", "psych")[0].why == ("same",)
    assert rows(found, "loading", "psych")[0].difference == pytest.approx(0, abs=1e-12)


def test_the_table_has_text_where_the_rows_have_settings(result: witness.DefaultsResult) -> None:
    table = result.to_frame()
    assert tuple(table.columns) == witness.DEFAULT_COLUMNS
    assert len(table) == len(result.rows)
    assert table.loc[0, "their_settings"] == "missing=pairwise"
    assert table.loc[1, "why"] == "missing, interval_n, decimals"
    keys = {key for row in result.rows for key in row.why}
    assert keys <= set(witness.WHY)
    assert table.loc[table["computed_by"] == "program", "version"].ne("").all()


def test_answers_that_no_method_takes_give_rows_and_no_crash() -> None:
    answers = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 2, 3, 4], "c": [2.0, 2, 2, 2], "d": [np.nan] * 4})
    found = witness.defaults(answers, n_factors=2, rng=0)
    assert all(row.error for row in found.rows if not np.isfinite(row.difference))
    assert {row.why for row in found.rows if row.coefficient == "kmo"} == {("undefined",)}
    assert max(len(row.error) for row in found.rows) < 400


def test_unequal_numbers_of_factors_are_compared_where_they_match() -> None:
    ours = pd.DataFrame({"F1": [0.8, 0.7, 0, 0], "F2": [0, 0, 0.6, 0.5]}, index=list("abcd"))
    cell = worst_cell(ours, np.array([[0.0], [0.0], [-0.6], [-0.4]]))
    assert (cell.item, cell.factor, cell.ours, cell.theirs) == ("d", "F2", 0.5, 0.4)
    assert cell.congruence == pytest.approx(0.56 / np.sqrt(0.61 * 0.52))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda a: witness.defaults(a, scales={"X": ["KD1", "KD9"]}),
            ColumnError, "'X' must consist of items of the answers; missing: KD9",
        ),
        (lambda a: witness.defaults(a, missing="drop"), ParameterError, "missing must be one of listwise, pairwise"),
        (lambda a: witness.defaults(a, n_factors="two"), ParameterError, "n_factors must be a whole number"),
        (lambda a: witness.defaults(a, level=95), ParameterError, "level must be a number between 0 and 1"),
        (lambda a: witness.defaults(a.assign(KD1="x")), NotNumericError, "column 'KD1' has text"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_plain_words(
    pilot: pd.DataFrame, call: Callable[[pd.DataFrame], Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        call(pilot)


def test_a_number_of_factors_that_is_not_the_solutions_is_refused(pilot: pd.DataFrame) -> None:
    solution = exploratory(pilot[SCALES["KD"]], n_factors=1)
    with pytest.raises(ParameterError, match="n_factors must be that of the solution; found 2 and 1"):
        witness.defaults(pilot[SCALES["KD"]], n_factors=2, solution=solution)


@pytest.mark.parametrize("unit", [1e-300, 1.0, 1e300])
def test_the_unit_of_loadings_does_not_change_which_factors_go_together(unit: float) -> None:
    ours = pd.DataFrame({"F1": [3.0, 2.0, 0.0], "F2": [0.0, 1.0, 4.0]}, index=list("abc")) * unit
    cell = worst_cell(ours, ours.to_numpy()[:, ::-1] * -1.0 + np.array([[0, 0], [0, 0], [unit, 0]]))
    # the columns come back swapped and turned, but for one unit in c on F2
    assert (cell.item, cell.factor) == ("c", "F2")
    assert [cell.ours / unit, cell.theirs / unit] == pytest.approx([4, 3])
    assert cell.congruence == pytest.approx(13 / np.sqrt(17 * 10))


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"scales": ["KD1"]}, ParameterError, "scales must be a mapping of each scale's name to its items; found list"),
        ({"scales": {"f": None}}, ParameterError, "scale 'f' must be a list of items; found None"),
        ({"scales": {"f": "KD1"}}, ParameterError, "scale 'f' must be a list of items; found 'KD1'"),
        ({"alphas": 1}, ParameterError, "alphas must be a mapping of scales to results of cronbach_alpha; found int"),
        ({"alphas": {"f": 0.8}}, ParameterError, "alphas must be results of cronbach_alpha; found f: float"),
        ({"solution": 1}, ParameterError, "solution must be a result of exploratory; found int"),
        ({"missing": "pair"}, ParameterError, "missing must be one of listwise, pairwise"),
        ({"correlation": "person"}, ParameterError, "correlation must be one of .* Did you mean 'pearson'"),
        ({"extraction": "mr"}, ParameterError, "extraction must be one of minres"),
        ({"rotation": "obli"}, ParameterError, "rotation must be one of oblimin"),
        ({"rng": "x"}, ParameterError, "rng must be a numpy random Generator or a seed"),
    ],
)
def test_a_misspelt_option_is_refused_and_makes_no_table_of_errors(
    pilot: pd.DataFrame, options: dict[str, object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        witness.defaults(pilot, **options)  # type: ignore[arg-type]
