"""YAML files: one wording for what is none, an entry given twice, a date that no calendar has."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods import yamlfile
from ikfs_methods.errors import FrameworkError, InputFileError, ParameterError, Problems

WORDS = st.text("abcxyz ", min_size=1, max_size=5).map(str.strip).filter(bool)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=10,
)


@pytest.fixture
def file(tmp_path):
    def write(text: str | bytes):
        path = tmp_path / "some.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


@given(found=st.dictionaries(WORDS, VALUES, min_size=1))
def test_it_reads_what_the_library_reads(tmp_path_factory, found):
    path = tmp_path_factory.mktemp("yaml") / "some.yaml"
    path.write_text(yaml.safe_dump(found), encoding="utf-8")
    assert yamlfile.entries(path, missing="a file") == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\nb: 2\n", r"some.yaml must be YAML in UTF-8: line 2, column 2: .* Correct the file"),
        (b"a: \xff\n", "must be YAML in UTF-8: .*utf-8"),
        ("a: \x00", "must be YAML in UTF-8: "),
        ("a: !!int x", "must be YAML in UTF-8: "),
        ("a: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
        ("[" * 5000, "nested too deeply"),
        ("", "must hold `name: value` lines; found nothing"),
        ("- 1", "must hold `name: value` lines; found list"),
    ],
)
def test_what_is_no_list_of_entries_is_refused(file, text, message):
    with pytest.raises(InputFileError, match=message):
        yamlfile.entries(file(text), missing="a file")


def test_a_missing_file_and_a_class_of_ones_own(tmp_path, file):
    with pytest.raises(InputFileError, match="a framework must be there; not found: .*none.yaml. Check the path"):
        yamlfile.content(tmp_path / "none.yaml", missing="a framework must be there")
    with pytest.raises(FrameworkError, match="found list"):
        yamlfile.entries(file("[a]"), missing="", error=FrameworkError)


def test_an_entry_given_twice_is_told_and_the_first_counts(file):
    with pytest.raises(ParameterError, match="line 5: the entry 'a' is given twice") as caught:
        yamlfile.content(file("a: 1\nb: 2\nc: 1\nd: 1\na: 3\n"), missing="")
    assert str(caught.value).endswith("Keep one.")
    path, problems = file("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n"), Problems()
    assert yamlfile.entries(path, missing="", problems=problems) == {"a": 1, "b": {"c": 1}}
    assert [str(problem).rsplit("some.yaml, ", 1)[1] for problem in problems] == [
        "line 5: the entry 'a' is given twice. Keep one.",
        "line 4: the entry 'c' is given twice. Keep one.",
    ]


def test_merged_entries_may_be_overridden(file):
    path = file("base: &base {a: 1, b: 2}\nown:\n  <<: *base\n  b: 3\n")
    assert yamlfile.entries(path, missing="")["own"] == {"a": 1, "b": 3}


def test_a_date_that_does_not_exist_stays_text(file):
    found = yamlfile.entries(file("a: 2020-02-30\nb: 2020-02-29\n"), missing="")
    assert found == {"a": "2020-02-30", "b": dt.date(2020, 2, 29)}
