"""What the forms say: criteria and the ends of their scales, degrees of importance, yes and no."""

from __future__ import annotations

from collections.abc import Sequence

from ikfs_methods.forms.asked import Asked
from ikfs_methods.forms.setting import Setting
from ikfs_methods.report.language import N_, Words
from ikfs_methods.rounds.criteria import ABOUT, CLARITY, CONGRUENCE, ESSENTIAL, RELEVANCE, scale_of

YES, NO, EQUAL = N_("yes"), N_("no"), N_("equally important")
_NAMES = {RELEVANCE: N_("Relevance"), CLARITY: N_("Clarity"), ESSENTIAL: N_("Essential")}
_ENDS = {
    RELEVANCE: (N_("not relevant"), N_("highly relevant")),
    CLARITY: (N_("not clear"), N_("very clear")),
}
_OTHER_ENDS = (N_("lowest"), N_("highest"))
# Saaty's verbal scale; the even degrees lie between two of these.
_DEGREES = {
    1: EQUAL,
    3: N_("moderately more important"),
    5: N_("strongly more important"),
    7: N_("very strongly more important"),
    9: N_("extremely more important"),
}


def criterion_name(criterion: str, setting: Setting, words: Words) -> str:
    """A criterion as a heading calls it: the round's own label, else ours, else its name."""
    label = setting.file.labels.get(criterion)
    if label is not None:
        return str(label[words.language])
    name, _, about = criterion.partition(ABOUT)
    if name == CONGRUENCE:
        return words("Fits {dimension}", dimension=about) if about else words("Fits its dimension")
    return words(_NAMES[criterion]) if criterion in _NAMES else criterion


def criterion_scale(criterion: str, setting: Setting, words: Words) -> str:
    """What the points of a criterion's scale mean, a line each."""
    if criterion == ESSENTIAL:
        return words("Must it be in the index?\n{yes} / {no}", yes=words(YES), no=words(NO))
    if criterion.partition(ABOUT)[0] == CONGRUENCE:
        return words("1 = it clearly does\n0 = unsure\n-1 = it does not")
    low, high = scale_of(criterion, setting.parameters)
    ends = _ENDS.get(criterion, _OTHER_ENDS)
    return "\n".join(f"{point} = {words(end)}" for point, end in zip((low, high), ends, strict=True))


def choices_of(criterion: str, asked: Asked, words: Words) -> list[object]:
    """What the drop-down of a criterion offers: the points of its scale, or yes and no."""
    if criterion == ESSENTIAL:
        return [words(YES), words(NO)]
    low, high = (-1, 1) if criterion.partition(ABOUT)[0] == CONGRUENCE else (asked.low, asked.high)
    return list(range(low, high + 1))


def degrees(words: Words) -> list[str]:
    """The degrees of importance from 1 to 9, each with its words."""
    said = []
    for degree in range(1, 10):
        text = (
            words(_DEGREES[degree]) if degree in _DEGREES else words("between {a} and {b}", a=degree - 1, b=degree + 1)
        )
        said.append(f"{degree} – {text}")
    return said


def named(code: str, setting: Setting, words: Words) -> str:
    """A node as the drop-downs offer it: its code and its name."""
    label = setting.framework.label(code, words.language)
    return f"{code} – {label}" if label and label != code else code


def defined(code: str, setting: Setting, words: Words) -> str:
    """A node's definition in the form's language."""
    return str(setting.framework.nodes.loc[code, f"definition_{words.language}"])


def parted(text: str, places: Sequence[str]) -> list[str]:
    """A sentence cut at its {places}, which a formula of the sheet fills; each stands in it once, in order."""
    parts, rest = [], text
    for place in places:
        before, _, rest = rest.partition(f"{{{place}}}")
        parts.append(before)
    return [*parts, rest]
