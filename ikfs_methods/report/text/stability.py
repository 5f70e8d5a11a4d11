"""Sentences on the general factor and on how stable the factors are."""

from __future__ import annotations

from ikfs_methods.factor import SolutionComparison
from ikfs_methods.factor.congruence import VERDICTS
from ikfs_methods.reliability import OmegaResult
from ikfs_methods.report.language import N_, Words
from ikfs_methods.report.text.base import say
from ikfs_methods.report.text.solutions import listed
from ikfs_methods.rounds import Round
from ikfs_methods.rounds.factored import FactorsByGroup


@say.register
def _(result: OmegaResult, words: Words, opened: Round) -> str:
    share, p = result.omega_hierarchical, opened.parameters
    head = words(
        "One general factor behind all {n} factors carries **{share}** of the variance of the plain sum of all "
        "standardised items (omega hierarchical {omega}; omega total {total}) and {ecv} of what the items have in "
        "common (ECV).",
        n=words.integer(result.n_factors),
        share=words.percent(share, 0),
        omega=words.number(share),
        total=words.number(result.omega_total),
        ecv=words.percent(result.ecv, 0),
    )
    if share >= p.general_cutoff:
        verdict = N_("That supports one index over all dimensions (at least {wanted} is wanted, {least} is the least).")
    elif share >= p.general_least:
        verdict = N_(
            "One index over all dimensions can be read as one thing, with care ({wanted} is wanted, {least} is the "
            "least): show the dimensions beside it."
        )
    else:
        verdict = N_(
            "One index over all dimensions mixes different things (below {least}): read it as a summary and decide by "
            "the dimensions."
        )
    said = [head, words(verdict, wanted=words.number(p.general_cutoff), least=words.number(p.general_least))]
    if result.n_factors == 2:
        said.append(words("Two factors do not determine a general one: its loadings on them were taken to be equal."))
    if result.heywood:
        names = words.listing(list(result.heywood))
        said.append(
            words("The general factor explains {names} completely, so these figures are unsteady.", names=names)
        )
    if result.flipped:
        said.append(words("Turned round first: {names}.", names=listed(list(result.flipped), words)))
    measurement = opened.structure.nodes["measurement"]
    if any(measurement[code] == "formative" for code in opened.structure.dimensions):
        said.append(
            words("Items of formative dimensions are in it and need not go together: read it with that in mind.")
        )
    return " ".join(said)


@say.register
def _(result: SolutionComparison, words: Words, opened: Round, *, what: str = "correlation") -> str:
    least = float(result.congruence["congruence"].min())
    head = {
        "correlation": N_("Against the factors from {other} correlations, the least congruence is {value}."),
        "previous": N_("Against the round before, the least congruence is {value}."),
    }[what]
    other = "Pearson" if opened.parameters.correlation == "polychoric" else words("polychoric")
    said = [words(head, other=other, value=words.number(least, 3)), words(_VERDICTS[_verdict(result)], **bounds(words))]
    if what == "correlation":
        size = float(result.differences.abs().to_numpy().max())
        said.append(words("The largest change of a loading is {size}.", size=words.number(size)))
    return " ".join(said)


_VERDICTS = {
    "equal": N_("By the usual bounds the factors are the same ({same} or more in each)."),
    "fair": N_("By the usual bounds the factors are fairly alike ({alike} or more in each), not the same."),
    "different": N_("At least one factor is another (below {alike}): scores on it do not mean the same."),
}
_ORDER = ("equal", "fair", "different")


def bounds(words: Words) -> dict[str, str]:
    """The bounds of Lorenzo-Seva & ten Berge (2006) in words."""
    limits = {name: low for low, name in VERDICTS}
    return {"same": words.number(limits["equal"]), "alike": words.number(limits["fair"])}


def _verdict(result: SolutionComparison) -> str:
    """The verdict on the factor that agrees least."""
    return str(max(result.congruence["verdict"], key=_ORDER.index))


@say.register
def _(result: FactorsByGroup, words: Words, opened: Round) -> str:
    said = []
    by_verdict: dict[str, list[str]] = {}
    for name, found in result.results.items():
        by_verdict.setdefault(_verdict(found), []).append(opened.called(name))
    forms = {
        "equal": N_("The same factors as in all respondents (congruence of {same} or more in each): {names}."),
        "fair": N_("Fairly alike, not the same ({alike} or more in each): {names}."),
        "different": N_("Another factor (below {alike}): **{names}**; compare these groups' scores with care."),
    }
    said += [
        words(forms[key], names=_joined(by_verdict[key], words), **bounds(words)) for key in _ORDER if key in by_verdict
    ]
    if result.few:
        said.append(
            words(
                "Not looked at, with fewer than {least} usable respondents: {names}.",
                least=words.integer(result.least),
                names=_joined([opened.called(name) for name in result.few], words),
            )
        )
    if result.unsettled:
        names = _joined([opened.called(name) for name in result.unsettled], words)
        said.append(words("No stable solution: {names}.", names=names))
    return " ".join(said)


def _joined(names: list[str], words: Words) -> str:
    """Names of groups, which hold commas and conjunctions of their own."""
    return (
        "; ".join(names) if any("," in name or f" {words('and')} " in name for name in names) else words.listing(names)
    )
