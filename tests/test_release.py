"""Tests of importing and exporting vocabulary releases: small made-up ones always, the real ones where they are."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

from matching.domain import Kind
from matching.errors import VocabularyError
from matching.vocabulary import Vocabulary, export_vocabulary, import_release

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"
SKILL, OCCUPATION = "http://data.europa.eu/esco/skill/", "http://data.europa.eu/esco/occupation/"
ESCO_SKILLS = (
    "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels\r\n"
    f"KnowledgeSkillCompetence,{SKILL}s1,skill/competence,sector-specific,braid sweetgrass,"
    '"plait sweetgrass\nweave; knot",\r\n'
    f"KnowledgeSkillCompetence,{SKILL}s2,knowledge,cross-sector,sweetgrass lore,,\r\n"
)
ESCO_OCCUPATIONS = (
    f"conceptUri,iscoGroup,preferredLabel,altLabels,hiddenLabels\r\n{OCCUPATION}o1,7317,sweetgrass braider,,\r\n"
)
ESCO_RELATED = (
    "originalSkillUri,originalSkillType,relationType,relatedSkillType,relatedSkillUri\r\n"
    f"{SKILL}s1,skill/competence,optional,knowledge,{SKILL}s2\r\n"
)
ESCO_ASKED = f"occupationUri,relationType,skillType,skillUri\r\n{OCCUPATION}o1,essential,skill/competence,{SKILL}s1\r\n"
ONET = {
    "Read Me.txt": "O*NET 99.1 Database\n",
    "Occupation Data.txt": "O*NET-SOC Code\tTitle\tDescription\n11-1011.00\tKite Makers\tMake kites.\n"
    "11-1012.00\tKite Flyers\tFly kites.\n",
    "Alternate Titles.txt": "O*NET-SOC Code\tAlternate Title\tShort Title\tSource(s)\n"
    "11-1011.00\tKite Builder\tn/a\t08\n",
    "Related Occupations.txt": "O*NET-SOC Code\tRelated O*NET-SOC Code\tRelatedness Tier\tIndex\n"
    "11-1011.00\t11-1012.00\tPrimary-Short\t1\n11-1012.00\t11-1011.00\tSupplemental\t1\n",
    "Task Statements.txt": "O*NET-SOC Code\tTask ID\tTask\n11-1011.00\t1\tCut paper.\n",
    "Technology Skills.txt": "O*NET-SOC Code\tExample\tCommodity Code\tCommodity Title\tHot Technology\n"
    "11-1011.00\tKiteCAD\t43230001\tKite design software\tN\n",
    "Tools Used.txt": "O*NET-SOC Code\tExample\tCommodity Code\tCommodity Title\n"
    "11-1011.00\tBone folders\t27110001\tFolding bones\n",
}


def esco(folder: Path, **changes: str) -> Path:
    """Write the made-up ESCO release, with files replaced as asked."""
    folder.mkdir()
    files = {"skills": ESCO_SKILLS, "occupations": ESCO_OCCUPATIONS, "related": ESCO_RELATED, "asked": ESCO_ASKED}
    files.update(changes)
    (folder / "skills_en.csv").write_bytes(files["skills"].encode())
    (folder / "occupations_en.csv").write_bytes(files["occupations"].encode())
    (folder / "skillSkillRelations.csv").write_bytes(files["related"].encode())
    (folder / "occupationSkillRelations.csv.gz").write_bytes(gzip.compress(files["asked"].encode()))
    return folder


def onet(folder: Path, **changes: str) -> Path:
    """Write the made-up O*NET release, with files replaced as asked (spaces of the names as underscores)."""
    folder.mkdir()
    for name, text in ONET.items():
        replaced = changes.get(name.removesuffix(".txt").replace(" ", "_"), text)
        (folder / name).write_bytes(replaced.encode())
    return folder


def test_an_esco_release_becomes_concepts(tmp_path: Path) -> None:
    summary = import_release("esco", esco(tmp_path / "esco-9.9.9"), tmp_path / "out")
    assert (summary.name, summary.version) == ("esco", "9.9.9")
    assert summary.counts == {"skill": 2, "occupation": 1, "relations left out": 0}
    assert "ESCO classification of the European Commission" in summary.attribution
    facts = json.loads((tmp_path / "out" / "release.json").read_text(encoding="utf-8"))
    assert set(facts["sha256"]) >= {"skills_en.csv", "occupations_en.csv"}
    vocabulary = Vocabulary.load(releases=[tmp_path / "out"])
    assert vocabulary.releases == ("esco-9.9.9",)
    assert vocabulary.resolve(Kind.SKILL, "Plait sweetgrass").concepts == ("esco:s1",)
    assert vocabulary.concepts["esco:s1"].forms_en == ("plait sweetgrass", "weave, knot")
    assert vocabulary.relatives("esco:s2") == {"esco:s1": 0.5}
    assert vocabulary.concepts["esco:o1"].attributes["essential_skills"] == "esco:s1"
    assert vocabulary.recognise("We braid sweetgrass here.")[0].concepts == ("esco:s1",)


def test_an_onet_release_becomes_concepts(tmp_path: Path) -> None:
    summary = import_release("onet", onet(tmp_path / "db"), tmp_path / "out")
    assert (summary.name, summary.version) == ("onet", "99.1")
    assert summary.counts == {"occupation": 2, "skill": 4, "task statements": 1}
    assert "CC BY 4.0" in summary.attribution
    vocabulary = Vocabulary.load(releases=[tmp_path / "out"])
    assert vocabulary.resolve(Kind.OCCUPATION, "kite builder").concepts == ("onet:11-1011.00",)
    assert vocabulary.relatives("onet:kitecad")["onet:43230001"] == 1.0
    assert vocabulary.relatives("onet:11-1011.00")["onet:11-1012.00"] == 0.5


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"skills": ESCO_SKILLS.replace("preferredLabel", "label")}, "skills_en.csv, row 1, column preferredLabel"),
        ({"skills": ESCO_SKILLS[:-3]}, "skills_en.csv, row 4"),
        ({"skills": ESCO_SKILLS[:-40] + "\r\n"}, "skills_en.csv, row 4"),
        ({"skills": ESCO_SKILLS.replace(f"{SKILL}s2", "s2")}, "skills_en.csv, row 4, column conceptUri: 's2'"),
        (
            {"skills": ESCO_SKILLS.replace("s2,", "s1,"), "related": ESCO_RELATED.replace("s2", "s1")},
            "skills.csv, column id: 'esco:s1'",
        ),
        ({"occupations": ESCO_OCCUPATIONS.replace("sweetgrass braider", "")}, "occupations_en.csv, row 2, column pref"),
        ({"related": ESCO_RELATED.replace("s2\r", "s7\r")}, "skillSkillRelations.csv, row 2, column relatedSkillUri"),
        ({"asked": "nothing"}, "occupationSkillRelations.csv, row 1"),
    ],
)
def test_a_broken_esco_release_names_the_place(tmp_path: Path, changes: dict[str, str], place: str) -> None:
    with pytest.raises(VocabularyError) as caught:
        import_release("esco", esco(tmp_path / "in", **changes), tmp_path / "out")
    assert place in caught.value.text("en")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"Occupation_Data": "Code\tTitle\n1\t2\n"}, "Occupation Data.txt, row 1, column O*NET-SOC Code"),
        (
            {"Occupation_Data": ONET["Occupation Data.txt"].replace("11-1012.00", "11-1012")},
            "row 3, column O*NET-SOC Code",
        ),
        ({"Alternate_Titles": ONET["Alternate Titles.txt"].replace("11-", "99-")}, "Alternate Titles.txt, row 2"),
        ({"Task_Statements": ONET["Task Statements.txt"][:-4]}, "Task Statements.txt, row 2"),
        (
            {"Tools_Used": ONET["Tools Used.txt"].replace("27110001", "x")},
            "Tools Used.txt, row 2, column Commodity Code: 'x'",
        ),
        ({"Technology_Skills": ONET["Technology Skills.txt"].replace("\tN", "")}, "Technology Skills.txt, row 2"),
    ],
)
def test_a_broken_onet_release_names_the_place(tmp_path: Path, changes: dict[str, str], place: str) -> None:
    with pytest.raises(VocabularyError) as caught:
        import_release("onet", onet(tmp_path / "in", **changes), tmp_path / "out")
    assert place in caught.value.text("en")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


def test_a_missing_file_or_folder_or_kind_is_named(tmp_path: Path) -> None:
    folder = esco(tmp_path / "in")
    (folder / "skillSkillRelations.csv").unlink()
    with pytest.raises(VocabularyError, match=r"skillSkillRelations\.csv"):
        import_release("esco", folder, tmp_path / "out")
    (folder / "occupationSkillRelations.csv.gz").write_bytes(b"\x1f\x8bnonsense")
    (folder / "skillSkillRelations.csv").write_text(ESCO_RELATED, encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"occupationSkillRelations\.csv\.gz"):
        import_release("esco", folder, tmp_path / "out")
    with pytest.raises(VocabularyError, match="nowhere"):
        import_release("esco", tmp_path / "nowhere", tmp_path / "out")
    with pytest.raises(VocabularyError, match="rome"):
        import_release("rome", folder, tmp_path / "out")


def test_a_failed_import_leaves_the_earlier_one_alone(tmp_path: Path) -> None:
    import_release("esco", esco(tmp_path / "good"), tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with pytest.raises(VocabularyError):
        import_release("esco", esco(tmp_path / "bad", skills=ESCO_SKILLS[:-3]), tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_folder_that_holds_something_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(VocabularyError, match="holds no vocabulary release"):
        import_release("esco", esco(tmp_path / "in"), tmp_path / "out")
    assert (tmp_path / "out" / "letter.txt").exists()


def test_an_export_imports_again_and_says_the_same(tmp_path: Path) -> None:
    import_release("esco", esco(tmp_path / "esco-1.0"), tmp_path / "first")
    vocabulary = Vocabulary.load()
    export_vocabulary(vocabulary, tmp_path / "own")
    summary = import_release("csv", tmp_path / "own", tmp_path / "again")
    assert summary.counts["skill"] == sum(one.kind is Kind.SKILL for one in vocabulary.concepts.values())
    for name in ("skills.csv", "majors.csv", "certificates.csv", "trades.csv", "education.csv", "regions.csv"):
        assert (tmp_path / "own" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_a_csv_release_must_hold_a_table(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(VocabularyError, match="no vocabulary table"):
        import_release("csv", tmp_path / "in", tmp_path / "out")
    (tmp_path / "in" / "skills.csv").write_text("id,zh\nmy.a,斫琴\nmy.a,制筝\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"my\.a"):
        import_release("csv", tmp_path / "in", tmp_path / "out")


@pytest.mark.parametrize(
    ("kind", "name", "counts"),
    [
        ("esco", "esco-1.1.1", {"skill": 13896, "occupation": 3007}),
        ("onet", "onet-27.0", {"occupation": 1016, "task statements": 19265}),
    ],
)
def test_the_real_releases_import_and_load_in_seconds(
    tmp_path: Path, kind: str, name: str, counts: dict[str, int]
) -> None:
    source = REFERENCE / name
    if not source.exists():
        pytest.skip(f"the release files of {name} lie beside the repository and are absent here")
    summary = import_release(kind, source, tmp_path / "out")
    assert counts.items() <= summary.counts.items()
    start = time.process_time()
    vocabulary = Vocabulary.load(releases=[tmp_path / "out"])
    vocabulary.recognise("operate a forklift")
    assert time.process_time() - start < 60
    assert [problem.text() for problem in vocabulary.check() if problem.rule in ("unknown_id", "cycle", "empty")] == []
