"""From a postcode to a point, and the file that fills the table."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from bookme.core.errors import Invalid
from bookme.postcodes.actions import OUTWARD_CODES, import_postcodes
from bookme.postcodes.distance import Point, distance_km
from bookme.postcodes.models import Postcode
from bookme.postcodes.selectors import locate

pytestmark = pytest.mark.django_db

HEADER = "Postcode,Latitude,Longitude"


def stored() -> list[tuple[str, float, float]]:
    return list(Postcode.objects.values_list("code", "latitude", "longitude"))


def test_a_file_adds_and_corrects() -> None:
    assert import_postcodes([HEADER, "m4 7al,53.4806,-2.2207", "", "M4,53.5,-2.2", "M4,53.48,-2.23"]) == 3
    assert stored() == [("M4", 53.48, -2.23), ("M47AL", 53.4806, -2.2207)]
    assert import_postcodes(["id,lon,lat,PCD", "1,-2.4,53.6,BL1", "2,-2.3,53.4,M4"]) == 2
    assert stored() == [("BL1", 53.6, -2.4), ("M4", 53.4, -2.3), ("M47AL", 53.4806, -2.2207)]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["Postcode,Latitude", "M4,53"], "no column longitude"),
        ([], "no column postcode"),
        ([HEADER, "M4,north,-2"], "line 2: could not convert string to float: 'north'"),
        (
            [HEADER, "M4,53,-2", "M5,91,0", "?,1,1", "M6,1"],
            "line 3: '91' is not between -90 and 90\nline 4: '?' is not",
        ),
        ([HEADER, "M4,nan,-2"], "line 2: 'nan' is not between"),
        ([HEADER, "M4\x00,53,-2"], "line 2: "),
        ([HEADER, f"{'M' * 17},1,1"], "is not a postcode"),
    ],
)
def test_a_bad_file_changes_nothing(lines: list[str], words: str) -> None:
    import_postcodes([HEADER, "M1,53.4,-2.2"])
    with pytest.raises(Invalid) as refused:
        import_postcodes(lines)
    assert words in refused.value.detail
    assert stored() == [("M1", 53.4, -2.2)]


def test_only_the_first_faults_are_told() -> None:
    with pytest.raises(Invalid) as refused:
        import_postcodes([HEADER, *["M4,x,y"] * 100])
    assert len(refused.value.detail.splitlines()) == 20


def test_the_code_itself_else_its_outward_part() -> None:
    import_postcodes([HEADER, "M4,53.48,-2.23", "M4 7AL,53.4806,-2.2207", "20000,33.6,-7.6"])
    assert locate(" m4 7al ") == Point(53.4806, -2.2207)
    assert locate("M4 1AB") == Point(53.48, -2.23)
    assert locate("20-000") == Point(33.6, -7.6)


@pytest.mark.parametrize("postcode", ["M5 1AB", "", " ", "4AB", "ß" * 9, "M" * 10_000, "\x00"])
def test_an_unknown_one_is_refused(postcode: str) -> None:
    import_postcodes([HEADER, "M4,53.48,-2.23"])
    with pytest.raises(Invalid) as refused:
        locate(postcode)
    assert refused.value.code == "postcode_unknown"
    assert refused.value.errors[0].pointer == "/postcode"


def test_distances() -> None:
    manchester, leeds = Point(53.4808, -2.2426), Point(53.8008, -1.5491)
    assert distance_km(manchester, leeds) == pytest.approx(58.0, abs=0.5)
    assert distance_km(manchester, manchester) == 0
    assert distance_km(Point(0, 0), Point(0, 180)) == pytest.approx(20015.1, abs=0.1)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("postcodes", "import", str(OUTWARD_CODES))
    assert f"{len(OUTWARD_CODES.read_text().splitlines()) - 1} postcodes read" in capsys.readouterr().out
    assert locate("SK1 3XE").latitude == 53.4083
    assert distance_km(locate("M1 1RG"), locate("EH1 1YZ")) == pytest.approx(282, abs=5)
    for content, words in ((b"\xff\xfe", "UTF-8"), (b"a,b\n", "no column postcode")):
        (tmp_path / "bad.csv").write_bytes(content)
        with pytest.raises(CommandError, match=words):
            call_command("postcodes", "import", str(tmp_path / "bad.csv"))
    with pytest.raises(CommandError, match="No such file"):
        call_command("postcodes", "import", str(tmp_path / "none.csv"))
