"""Times and durations as survey tools write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ikfs_methods.errors import NotNumericError, ScaleError
from ikfs_methods.reading.times import looks_like_times, seconds, times


def column(*cells: str, name: str = "start") -> pd.Series:
    return pd.Series(cells, index=range(2, len(cells) + 2), name=name, dtype="str")


EARLY, LATE = (datetime(year, 1, 1) for year in (1990, 2100))  # noqa: DTZ001 - the property gives the zone
MOMENT = datetime(2020, 3, 26, 2, 15, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2020-03-26T09:15:02+07:00", "2020-03-26T09:15:02.000+07:00", "2020-03-26T02:15:02Z",
        "2020-03-26 09:15:02+0700", "2020-03-26T09:15:02+07", "2020/03/26 9:15:02 AM GMT+7",
        "2020/03/26 9:15:02 GMT+07:00", "26/03/2020 9:15:02 WIB", "26/03/2020 9.15.02 WIB", "3/26/2020 9:15:02 am WIB",
        "26-03-2020 11:15:02 WIT", "26.03.2020 10:15:02 WITA", "2020-03-25T21:15:02-05:00", "2020-03-26 02:15:02 UTC",
        "2020/03/26 2:15:02 A.M. GMT", "2020-03-26T07:45:02+05:30",
    ],
)  # fmt: skip
def test_one_moment_in_every_writing_with_a_zone(written):
    assert times(column(written)).tolist() == [pd.Timestamp(MOMENT)]


@pytest.mark.parametrize(
    "written",
    ["2020-03-26T09:15:02", "2020-03-26 9:15:02", "26/03/2020 9:15:02", "3/26/2020 9:15:02", "26/03/2020, 9.15.02",
     "3/26/2020 9:15:02 AM", "2020/03/26 9:15:02"],
)  # fmt: skip
def test_one_moment_in_every_writing_without_a_zone(written):
    result = times(column(written))
    assert result.dt.tz is None
    assert result.tolist() == [pd.Timestamp("2020-03-26 09:15:02")]


def test_noon_and_midnight():
    result = times(column("2020/03/26 12:00:00 AM", "2020/03/26 12:00:00 PM", "2020/03/26 1:30:00 PM"))
    assert result.dt.hour.tolist() == [0, 12, 13]


def test_empty_cells_and_days_and_minutes():
    result = times(column("", "2020-03-26", "2020-03-26 09:15"))
    assert result.index.tolist() == [2, 3, 4]
    assert pd.isna(result.iloc[0])
    assert result.tolist()[1:] == [pd.Timestamp("2020-03-26"), pd.Timestamp("2020-03-26 09:15")]
    assert times(column("", "")).isna().all()


def test_the_column_decides_the_order_once():
    assert times(column("02/03/2020 8:00:00", "26/03/2020 8:00:00")).dt.month.tolist() == [3, 3]
    assert times(column("02/03/2020 8:00:00", "3/26/2020 8:00:00")).dt.month.tolist() == [2, 3]
    assert times(column("02/03/2020 8:00:00"), day_first=True).dt.day.tolist() == [2]
    assert times(column("02/03/2020 8:00:00"), day_first=False).dt.day.tolist() == [3]


def test_times_that_are_times_already_come_back():
    already = pd.Series(pd.to_datetime(["2020-03-26"]))
    assert times(already) is already


BAD = {
    "open order": (
        ["02/03/2020 8:00:00"],
        r"clear whether day or month stands first; .* '02/03/2020 8:00:00'. .*\(day_first=True or False\)",
    ),
    "two orders": (
        ["26/03/2020 8:00:00", "3/27/2020 8:00:00"],
        "must stand in one order; found '26/03/2020 8:00:00' and '3/27/2020 8:00:00'",
    ),
    "words": (["2020-03-26", "besok", "besok"], r"rows 3, 4: a time must stand here; found 'besok' \(2 such cells\)"),
    "no such day": (["2020-02-30 08:00:00"], "row 2: a time must stand here; found '2020-02-30 08:00:00'"),
    "no such month": (["26/13/2020 08:00:00", "26/03/2020 08:00:00"], "row 2: a time must stand here"),
    "no such hour": (["2020-02-20 24:00:00"], "a time must stand here"),
    "no such hour before noon": (["2020-02-20 13:00:00 AM"], "a time must stand here"),
    "no such minute": (["2020-02-20 12:60:00"], "a time must stand here"),
    "no such zone": (["2020-02-20 12:00:00 GMT+25"], "a time must stand here"),
    "no such day in ISO": (["2020-02-30T08:00:00Z"], "row 2: a time must stand here; found '2020-02-30T08:00:00Z'"),
    "short year": (["26/03/20 08:00:00"], "a time must stand here"),
    "some zones": (
        ["2020-02-20 12:00:00Z", "2020-02-20 12:00:00"],
        "row 3: all times of a column must have a zone, or none; found '2020-02-20 12:00:00'",
    ),
    "a serial number": (["43916.385"], "a time must stand here; found '43916.385'"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_column_that_is_refused(case):
    cells, message = BAD[case]
    with pytest.raises(NotNumericError, match=message) as error:
        times(column(*cells), source="export.csv")
    assert str(error.value).startswith("export.csv, column 'start'")


def test_numbers_are_no_times():
    with pytest.raises(
        NotNumericError, match=r"column 'start': a time must be written as text; found numbers \(43916.5\)"
    ):
        times(pd.Series([43916.5], name="start"))


@given(st.lists(st.datetimes(EARLY, LATE), min_size=1, max_size=5),
       st.integers(-12 * 60, 14 * 60))  # fmt: skip
def test_what_python_writes_comes_back(moments, minutes):
    zone = timezone(timedelta(minutes=minutes))
    moments = [moment.replace(tzinfo=zone, microsecond=moment.microsecond // 1000 * 1000) for moment in moments]
    assert times(column(*(moment.isoformat() for moment in moments))).tolist() == [pd.Timestamp(one) for one in moments]


@given(st.lists(st.datetimes(EARLY, LATE), min_size=1, max_size=5), st.sampled_from(["", "Z", "+07:00", "-0330"]))
def test_the_short_cut_for_iso_gives_what_the_long_way_gives(moments, zone):
    cells = [moment.isoformat(timespec="milliseconds") + zone for moment in moments]
    # One cell with slashes takes the whole column the long way.
    assert times(column(*cells)).tolist() == times(column(*cells, f"2020/03/26 9:15:02{zone}")).tolist()[:-1]


@given(st.lists(st.datetimes(EARLY, LATE), min_size=1, max_size=5), st.booleans())
def test_both_orders_come_back_when_declared(moments, day_first):
    moments = [moment.replace(microsecond=0) for moment in moments]
    shape = "%d/%m/%Y %H:%M:%S" if day_first else "%m/%d/%Y %I:%M:%S %p"
    assert times(column(*(moment.strftime(shape) for moment in moments)), day_first=day_first).tolist() == moments


def test_indonesian_zones_are_those_of_the_time_zone_database():
    for name, city in (("WIB", "Asia/Jakarta"), ("WITA", "Asia/Makassar"), ("WIT", "Asia/Jayapura")):
        here = datetime(2020, 3, 26, 9, 15, 2, tzinfo=ZoneInfo(city))
        assert times(column(f"2020-03-26 9:15:02 {name}")).tolist() == [pd.Timestamp(here)]


@given(st.lists(st.text(alphabet="0123456789/-:.+ TZAPMGW", max_size=24), max_size=4))
def test_any_text_is_read_or_refused(cells):
    try:
        result = times(column(*cells))
    except NotNumericError:
        return
    assert (result.isna() == [not cell.strip() for cell in cells]).all()


def test_the_shape_of_times():
    assert looks_like_times(["26/03/2020 9:15:02", "2020/03/26 9:15:02 AM GMT+7", "02/03/2020 9.15.02"])
    assert not looks_like_times(["26/03/2020 9:15:02", "26/03/2020"])
    assert not looks_like_times(["awal"])
    assert not looks_like_times([])


def test_durations():
    result = seconds(column("754", "0:12:34", "", "1:00:00.5", "12.5"))
    assert result.tolist()[:2] == [754, 754]
    assert np.isnan(result.iloc[2])
    assert result.tolist()[3:] == [3600.5, 12.5]
    assert seconds(column("12,5", "0:00:01,5")).tolist() == [12.5, 1.5]
    assert seconds(pd.Series([1.0, np.nan], name="took")).tolist()[0] == 1


@pytest.mark.parametrize("cell", ["12:34", "lama", "1:60:00", "1e999", "0:12"])
def test_a_duration_that_is_none(cell):
    with pytest.raises(
        NotNumericError, match=rf"column 'took', row 3: a duration must stand here; found '{cell}' .*seconds \(754\)"
    ):
        seconds(column("5", cell, name="took"))


def test_a_negative_duration():
    with pytest.raises(
        ScaleError, match=r"export.csv, column 'took', row 2: a duration must not be negative; found '-5'"
    ):
        seconds(column("-5", name="took"), source="export.csv")
    with pytest.raises(NotNumericError, match="must stand here; found inf"):
        seconds(pd.Series([np.inf], name="took"))


@given(st.integers(0, 359_999))
def test_a_clock_and_its_seconds_agree(total):
    clock = f"{total // 3600}:{total // 60 % 60:02}:{total % 60:02}"
    assert seconds(column(clock, str(total))).tolist() == [total, total]
