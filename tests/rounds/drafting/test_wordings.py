"""Known wordings: each scale of the table is found again, and what could be two scales is never sure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.rounds.drafting.wordings import is_missing, match, numbered, wordings, words

TABLE = wordings()
SCALES = TABLE[TABLE["family"] != "missing"]


def spellings() -> dict[str, dict[str, int]]:
    """One label a point, in one language and kind: how a questionnaire writes a scale."""
    found = {}
    for names, part in SCALES.groupby(["scale", "language", "kind"], sort=False):
        first = part.drop_duplicates("code")
        if len(first) == int(part["points"].iloc[0]):
            found[" ".join(names)] = dict(zip(first["label"], first["code"].astype(int), strict=True))
    return found


SPELLINGS = spellings()


def test_a_label_has_one_code_on_its_scale() -> None:
    plain = SCALES.assign(label=SCALES["label"].map(words))
    assert (plain.groupby(["scale", "label"])["code"].nunique() == 1).all()


def test_codes_run_without_a_gap() -> None:
    for scale, part in SCALES.groupby("scale"):
        codes = sorted(set(part["code"].astype(int)))
        low = 0 if part["family"].iloc[0] == "yes-no" else 1
        assert codes == list(range(low, low + int(part["points"].iloc[0]))), scale


def test_no_answer_is_no_point_of_a_scale() -> None:
    assert [label for label in SCALES["label"] if is_missing(label)] == []


@pytest.mark.parametrize("name", SPELLINGS)
def test_every_scale_of_the_table_is_read_in_its_order(name: str) -> None:
    labels = SPELLINGS[name]
    found = match(labels)
    assert found is not None
    # Two scales may share a set of labels; what must hold is that a higher point never gets a lower code.
    in_order = [found.codes[label] for label in sorted(labels, key=labels.__getitem__)]
    assert in_order == sorted(in_order)
    assert len(set(in_order)) == len(labels)
    if found.sure:
        assert in_order == list(range(found.low, found.high + 1))


@given(
    st.sampled_from(sorted(SPELLINGS)),
    st.sampled_from([str.upper, str.title, "  {}  ".format, lambda text: text.replace(" ", "  ")]),
    st.randoms(use_true_random=False),
)
def test_spelling_and_order_do_not_matter(name, spelt, chance) -> None:
    labels = list(SPELLINGS[name])
    plain = match(labels)
    chance.shuffle(labels)
    other = match([spelt(label) for label in labels])
    assert (other.scale, other.sure) == (plain.scale, plain.sure)
    assert {words(label): code for label, code in other.codes.items()} == {
        words(label): code for label, code in plain.codes.items()
    }


@pytest.mark.parametrize(
    ("labels", "codes"),
    [
        # `kurang setuju` is the middle here ...
        ("sangat tidak setuju|tidak setuju|kurang setuju|setuju|sangat setuju", [1, 2, 3, 4, 5]),
        # ... and second here
        ("sangat tidak setuju|kurang setuju|netral|setuju|sangat setuju", [1, 2, 3, 4, 5]),
        ("STS|TS|S|SS", [1, 2, 3, 4]),
        ("STS|TS|RR|S|SS", [1, 2, 3, 4, 5]),
        ("TP|JR|KK|SR|SL", [1, 2, 3, 4, 5]),
        ("Tidak pernah|Kadang - kadang|Sering|Selalu", [1, 2, 3, 4]),
        (
            "strongly disagree|disagree|slightly disagree|neutral|slightly agree|agree|strongly agree",
            [1, 2, 3, 4, 5, 6, 7],
        ),
        ("sangat tidak puas|tidak puas|cukup puas|puas|sangat puas", [1, 2, 3, 4, 5]),
        ("sangat buruk|buruk|cukup|baik|sangat baik", [1, 2, 3, 4, 5]),
        ("Tidak|Ya", [0, 1]),
    ],
)
def test_a_whole_scale_is_sure(labels: str, codes: list[int]) -> None:
    found = match(labels.split("|"))
    assert found is not None
    assert found.sure
    assert [found.codes[label] for label in labels.split("|")] == codes


@pytest.mark.parametrize(
    ("labels", "rivals"),
    [
        ("tidak setuju|kurang setuju|setuju|sangat setuju", (5, 6)),  # or a scale whose lowest point nobody chose
        ("tidak setuju|kurang setuju|cukup setuju|setuju|sangat setuju", (6, 7)),
        ("tidak setuju|setuju|sangat setuju", (5, 6)),
        ("setuju|sangat setuju", (5, 6)),
        ("tidak pernah|jarang|kadang-kadang|sering", (6, 7)),  # always may have been there
        ("rendah|sedang|tinggi", (5,)),
        ("STS|TS|netral|ragu-ragu|S|SS", ()),  # two middles
    ],
)
def test_a_part_of_a_scale_is_never_sure(labels: str, rivals: tuple[int, ...]) -> None:
    found = match(labels.split("|"))
    assert found is not None
    assert not found.sure
    assert found.rivals == rivals


def test_a_misspelt_label_is_told_apart() -> None:
    found = match(["STS", "TS", "N", "S", "SS", "Setju"])
    assert found is not None
    assert (found.unknown, found.codes["S"]) == (("Setju",), 4)


@pytest.mark.parametrize("labels", ["Laki-laki|Perempuan", "SD|SMP|SMA", "anak|lansia|disabilitas", "Jawa Barat|Papua"])
def test_other_answers_have_no_scale(labels: str) -> None:
    assert match(labels.split("|")) is None


def test_no_answer_in_words() -> None:
    assert all(
        map(is_missing, ["TT", "tidak  Tahu", "Tidak menjawab", "-", "n/a", "N.A.", "Don\u2019t know", "REFUSED"])
    )
    assert not any(map(is_missing, ["TS", "tidak", "netral", "N", "0", "9"]))


def test_numbers_in_front_of_the_labels() -> None:
    assert numbered(["1 - Buruk", "2 - Sedang", "(3) Baik"]) == {"1 - Buruk": 1, "2 - Sedang": 2, "(3) Baik": 3}
    assert numbered(["1 - Buruk", "Baik"]) is None
    assert numbered(["1 - Buruk", "1 - Baik"]) is None
