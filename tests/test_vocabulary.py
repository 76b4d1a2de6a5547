"""Tests of the vocabulary: loading, labels, certificates, majors, relations, search, checks."""

from __future__ import annotations

import csv
import hashlib
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from matching.domain import CertificateClaim, Concept, Demand, Kind, Preferences, Profile, Requirement, SkillClaim
from matching.errors import VocabularyError
from matching.vocabulary import Vocabulary, data_folder
from matching.vocabulary.protected import mask_protected, protected_pattern


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


def test_the_shipped_tables_have_no_problem(vocabulary: Vocabulary) -> None:
    assert [problem.text() for problem in vocabulary.check()] == []


@pytest.mark.slow
def test_loading_stays_under_a_third_of_a_second() -> None:
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        Vocabulary.load()
        best = min(best, time.process_time() - start)
    assert best < 0.3


@pytest.mark.slow
def test_the_first_recognition_stays_under_two_seconds() -> None:
    """It builds the automaton of all forms; about .5 s on a quiet machine."""
    fresh = Vocabulary.load()
    start = time.process_time()
    fresh.recognise("PLC")
    assert time.process_time() - start < 2


def test_counts_are_what_the_readme_says(vocabulary: Vocabulary) -> None:
    counts = {kind: sum(concept.kind is kind for concept in vocabulary.concepts.values()) for kind in Kind}
    assert counts[Kind.SKILL] == 3_854
    assert counts[Kind.MAJOR] == 1_349
    assert counts[Kind.OCCUPATION] == 1_566
    assert all(concept.en for concept in vocabulary.concepts.values() if concept.kind is Kind.MAJOR)


@pytest.mark.parametrize(
    ("kind", "label", "concept"),
    [
        (Kind.SKILL, "氩弧焊", "weld.gtaw"),
        (Kind.SKILL, "TIG Welding", "weld.gtaw"),
        (Kind.SKILL, "ＰＬＣ 编程", "plc"),
        (Kind.SKILL, "S7-1200编程", "plc.s7_1200"),
        (Kind.SKILL, "熟练使用SolidWorks软件", "cad.solidworks"),
        (Kind.SKILL, "数控车编程", "cnc.lathe_prog"),
        (Kind.SKILL, "千分尺测量", "qa.metrology"),
        (Kind.SKILL, "柜内接线", "elec.wiring"),
        (Kind.SKILL, "焊接识图", "cad.read_sheet"),
        (Kind.SKILL, "Electrical troubleshooting", "elec.fault"),
        (Kind.SKILL, "electrical trouble-shooting", "elec.fault"),
        (Kind.EDUCATION, "大专及以上", "edu:高职专科"),
        (Kind.EDUCATION, "技师学院高级工班", "edu:高级工班"),
        (Kind.EDUCATION, "全日制本科学历", "edu:本科"),
        (Kind.REGION, "济南市长清区大学城", "region:370113"),
        (Kind.REGION, "山东济南长清归德", "region:370113"),
        (Kind.REGION, "济南市高新区", "region:370171"),
        (Kind.OCCUPATION, "数控车床操作", "occ:6-18-01-01"),
        (Kind.OCCUPATION, "TIG welder", "occ:6-18-02-04"),
        (Kind.LANGUAGE, "英语", "lang.en"),
    ],
)
def test_labels_stand_for_concepts(vocabulary: Vocabulary, kind: Kind, label: str, concept: str) -> None:
    assert concept in vocabulary.resolve(kind, label).concepts


@pytest.mark.parametrize(
    ("label", "concept", "level"),
    [
        ("焊工三级/高级工", "trade:焊工", 3),
        ("高级焊工证", "trade:焊工", 3),
        ("电焊工 中级工", "trade:焊工", 2),
        ("汽车维修工高级工", "trade:汽车维修工", 3),
        ("汽车维修工三级", "trade:汽车维修工", 3),
        ("车工技师（二级）", "trade:车工", 4),
        ("数控车工四级", "trade:数控车工", 2),
        ("钳工 一级/高级技师", "trade:钳工", 5),
        ("三级以上", "trade:*", 3),
        ("高级工", "trade:*", 3),
        ("职业技能等级证书五级", "trade:*", 1),
        ("Welder, Level 3", "trade:焊工", 3),
        ("车工", "trade:车工", None),
        ("大学英语四级", "cert:cet4", None),
        ("英语六级证书", "cert:cet6", None),
        ("全国计算机等级考试二级", "cert:ncre2", None),
        ("特种设备无损检测UT-II", "cert:se_ndt_ut", 2),
        ("无损检测UT II级", "cert:se_ndt_ut", 2),
        ("叉车证N1", "cert:se_n1", None),
        ("特种设备作业人员证N1", "cert:se_n1", None),
        ("机动车驾驶证B2", "cert:dl_b2", None),
        ("1+X 数控车铣加工 中级", "cert:x1_cnc", 2),
        ("1+X数控车铣加工（高级）", "cert:x1_cnc", 3),
        ("特种作业操作证（焊接与热切割作业）", "cert:so_weld", None),
    ],
)
def test_certificate_labels(vocabulary: Vocabulary, label: str, concept: str, level: int | None) -> None:
    link = vocabulary.resolve(Kind.CERTIFICATE, label)
    assert link.concepts == (concept,)
    assert link.level == level


def test_a_form_of_several_certificates_gives_all_of_them(vocabulary: Vocabulary) -> None:
    link = vocabulary.resolve(Kind.CERTIFICATE, "焊工证")
    assert set(link.concepts) == {"cert:so_weld", "cert:tsg_welder", "trade:焊工"}


def test_an_unknown_trade_with_a_level_stays_open(vocabulary: Vocabulary) -> None:
    link = vocabulary.resolve(Kind.CERTIFICATE, "古琴斫制工三级")
    assert link.open and link.level == 3
    assert link.concepts == ("trade:古琴斫制工",)


def test_an_unknown_label_gets_the_same_open_id(vocabulary: Vocabulary) -> None:
    one, other = (vocabulary.resolve(Kind.SKILL, label) for label in ("量子 纠缠 蒸馏", "量子纠缠蒸馏"))
    assert one.open and one.concepts == other.concepts == ("open:量子纠缠蒸馏",)


@pytest.mark.parametrize("label", ["", " ", "（）", "///", "\x00", "证", "级", "1", "…" * 500])
@pytest.mark.parametrize("kind", list(Kind))
def test_resolving_never_raises(vocabulary: Vocabulary, kind: Kind, label: str) -> None:
    assert vocabulary.resolve(kind, label).concepts


@pytest.mark.parametrize(
    ("label", "concept"),
    [
        ("智能焊接技术", "major:460110"),
        ("焊接技术与自动化", "major:460110"),
        ("24智能焊接技术1班", "major:460110"),
        ("2024级数控技术（3+2）2班", "major:460103"),
        ("机电", "major:460301"),
        ("数控", "major:460103"),
        ("汽修", "major:500211"),
        ("电气自动化技术专业", "major:460306"),
        ("机电一体化技术（智能制造方向）", "major:460301"),
        ("Mechanical Design and Manufacturing", "major:460101"),
        ("Industrial Robotics Technology", "major:460305"),
        ("Electrical Automation", "major:460306"),
        ("会计电算化", "major:530302"),
    ],
)
def test_major_labels(vocabulary: Vocabulary, label: str, concept: str) -> None:
    assert concept in vocabulary.resolve(Kind.MAJOR, label).concepts


def test_replaced_characters_are_another_thing(vocabulary: Vocabulary) -> None:
    petrol = vocabulary.resolve(Kind.SKILL, "汽油机维修")
    assert "eng.repair" not in petrol.concepts
    assert vocabulary.resolve(Kind.SKILL, "发动机销售").concepts == ("ec.sales",)


def test_credits_fall_with_distance(vocabulary: Vocabulary) -> None:
    near = vocabulary.relatives("plc.s7_1200")
    assert near["plc.siemens"] == near["plc"] == 1.0
    assert near["plc.s7_1500"] == 0.6
    assert vocabulary.relatives("plc")["plc.siemens"] == 0.35
    assert vocabulary.relatives("rob.abb")["rob.kuka"] == 0.6
    assert vocabulary.relatives("weld.gtaw")["weld.smaw"] == 0.3
    assert "weld.gtaw" not in vocabulary.relatives("weld.gtaw")
    assert all(0 < credit <= 1 for concept in vocabulary.concepts for credit in vocabulary.relatives(concept).values())


def test_near_majors(vocabulary: Vocabulary) -> None:
    near = vocabulary.relatives("major:460103")
    assert near["major:460101"] == 0.7
    assert near["major:660103"] == 0.7
    assert near["major:260103"] == 0.7
    assert near["major:460301"] == 0.35
    assert "major:530302" not in near


def test_what_satisfies_a_hard_demand(vocabulary: Vocabulary) -> None:
    assert {"cert:dl_a2", "cert:dl_b2", "cert:dl_c1"} <= vocabulary.satisfied_by("cert:dl_c1")
    assert "cert:dl_c2" not in vocabulary.satisfied_by("cert:dl_c1")
    assert "cert:cet6" in vocabulary.satisfied_by("cert:cet4")
    assert "cert:cet4" in vocabulary.satisfied_by("lang.en")
    assert "weld.gtaw" in vocabulary.satisfied_by("weld")
    assert "weld" not in vocabulary.satisfied_by("weld.gtaw")
    assert "region:370113" in vocabulary.satisfied_by("region:370100")
    assert {"edu:高职专科", "edu:高级工班", "edu:预备技师", "edu:本科"} <= vocabulary.satisfied_by("edu:高职专科")
    assert "edu:高级工班" not in vocabulary.satisfied_by("edu:本科")
    assert vocabulary.satisfied_by("open:x") == {"open:x"}


def test_education_ranks(vocabulary: Vocabulary) -> None:
    rungs = ["初中", "中职", "高职专科", "本科", "硕士", "博士"]
    assert [vocabulary.education_rank(f"edu:{rung}") for rung in rungs] == [0, 1, 2, 3, 4, 5]
    assert vocabulary.education_rank("edu:高级工班") == 2
    assert vocabulary.education_rank("edu:预备技师") == 3
    assert vocabulary.education_rank("weld") == -1


def test_an_operator_can_switch_an_equivalence_off(tmp_path: Path) -> None:
    shutil.copytree(data_folder() / "vocabulary", tmp_path / "vocabulary")
    table = tmp_path / "vocabulary" / "education.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("1,edu:高职专科,no", "1,,no"), encoding="utf-8")
    assert Vocabulary.load(tmp_path).education_rank("edu:高级工班") == 1


def test_links_of_a_demand_and_a_profile(vocabulary: Vocabulary) -> None:
    demand = Demand(
        "d1",
        "氩弧焊工",
        requirements=(Requirement(Kind.SKILL, "氩弧焊"), Requirement(Kind.CERTIFICATE, "焊工三级")),
        places=("济南市长清区",),
    )
    linked = vocabulary.link_demand(demand)
    assert [asked.link.concepts for asked in linked.requirements if asked.link] == [("weld.gtaw",), ("trade:焊工",)]
    around = ("region:370100", "region:370000")
    assert linked.links == {"occupation": ("occ:6-18-02-04",), "place": ("region:370113",), "place_in": around}
    profile = Profile(
        "p1",
        education="大专",
        major="焊接技术与自动化",
        skills=(SkillClaim("TIG"),),
        certificates=(CertificateClaim("电工证"),),
        preferences=Preferences(places=("长清",), occupations=("焊工",)),
    )
    claimed = vocabulary.link_profile(profile)
    assert claimed.links == {
        "major": ("major:460110",),
        "education": ("edu:高职专科",),
        "wished_place": ("region:370113",),
        "wished_place_in": around,
        "wished_occupation": ("occ:6-18-02-04",),
    }
    assert claimed.skills[0].link and claimed.skills[0].link.concepts == ("weld.gtaw",)
    assert claimed.certificates and claimed.certificates[0].link
    assert vocabulary.link_profile(replace(profile, certificates=None)).certificates is None


def test_search_ranks_exact_before_prefix_before_substring(vocabulary: Vocabulary) -> None:
    found = vocabulary.search("焊接", Kind.SKILL, 30)
    scores = [score for _, score in found]
    assert found[0][0].id == "weld" and scores[0] == 1.0
    assert scores == sorted(scores, reverse=True)
    assert vocabulary.search("氩弧汗", Kind.SKILL)[0][0].id == "weld.gtaw"
    assert vocabulary.search(" ", None) == []


def test_expectations_are_empty_without_a_row(vocabulary: Vocabulary) -> None:
    assert vocabulary.expectations(None) == {}
    assert vocabulary.expectations("open:占星学") == {}


def test_expectations_fall_back_to_the_class(tmp_path: Path) -> None:
    shutil.copytree(data_folder() / "vocabulary", tmp_path / "vocabulary")
    rows = "major_or_class,skill_id,p1,p2,p3,p4,p5,verified\n460110,weld,.9,.5,.2,0,0,no\n4601,cad,.8,.4,0,0,0,no\n"
    (tmp_path / "expectations.csv").write_text(rows, encoding="utf-8")
    vocabulary = Vocabulary.load(tmp_path)
    assert vocabulary.expectations("major:460110") == {"weld": (0.9, 0.5, 0.2, 0.0, 0.0)}
    assert vocabulary.expectations("major:460103") == {"cad": (0.8, 0.4, 0.0, 0.0, 0.0)}


@pytest.mark.parametrize("cells", ["1.2,0,0,0,0", "x,0,0,0,0", "0.2,0.5,0,0,0"])
def test_wrong_expectations_name_their_place(tmp_path: Path, cells: str) -> None:
    shutil.copytree(data_folder() / "vocabulary", tmp_path / "vocabulary")
    rows = f"major_or_class,skill_id,p1,p2,p3,p4,p5,verified\n460110,weld,{cells},no\n"
    (tmp_path / "expectations.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"expectations\.csv, row 2, column p"):
        Vocabulary.load(tmp_path).expectations("major:460110")


def test_check_finds_each_kind_of_fault(vocabulary: Vocabulary) -> None:
    faulty = [
        Concept("x.a", Kind.SKILL, "甲乙丙", broader=("x.b",), related=("x.none",)),
        Concept("x.b", Kind.SKILL, "丁戊己", broader=("x.a",), forms_zh=("氩弧焊", "987"), context_forms=("未列",)),
        Concept("x.c", Kind.SKILL, "庚辛", attributes={"sibling_credit": "2"}),
    ]
    rules = {problem.rule for problem in vocabulary.merged(faulty, "duikou").check()}
    assert rules == {"unknown_id", "cycle", "ambiguous", "digits", "context_form", "share"}


def test_an_id_may_not_occur_twice(vocabulary: Vocabulary) -> None:
    with pytest.raises(VocabularyError, match="occurs twice"):
        vocabulary.merged([Concept("weld", Kind.SKILL, "焊接")], "other")


def test_merging_changes_the_version(vocabulary: Vocabulary) -> None:
    merged = vocabulary.merged([Concept("my.skill", Kind.SKILL, "斫琴")], "mine")
    assert merged.version != vocabulary.version
    assert merged.resolve(Kind.SKILL, "斫琴").concepts == ("my.skill",)
    assert merged.concepts["my.skill"].release == "mine"


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ("id,zh\n,焊接\n", "skills.csv, row 2, column id"),
        ("id,zh\na,焊接,多\n", "skills.csv, row 2, column zh"),
        ("id,zh\na,\n", "skills.csv, row 2, column zh"),
        ("code,zh\na,b\n", "skills.csv, row 1, column id"),
        ('id,zh\na,"b\n', "skills.csv, row 2"),
    ],
)
def test_broken_tables_name_their_place(tmp_path: Path, table: str, place: str) -> None:
    shutil.copytree(data_folder() / "vocabulary", tmp_path / "vocabulary")
    (tmp_path / "vocabulary" / "skills.csv").write_text(table, encoding="utf-8")
    with pytest.raises(VocabularyError, match=place):
        Vocabulary.load(tmp_path)


def test_checksums_match_the_files() -> None:
    folder = data_folder()
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        expected, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected, name


def test_protected_words_are_of_known_kinds_and_masked() -> None:
    with (data_folder() / "protected_words.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["lang"] for row in rows} == {"zh", "en"}
    assert sum(row["kind"] == "ethnicity" and row["word"].endswith("族") for row in rows) >= 56
    for phrase in (
        "35岁以下",
        "18-40周岁",
        "1998年出生",
        "民族：汉",
        "性别:女",
        "under 35 years old",
        "身高1.70米以上",
    ):
        assert not mask_protected(phrase, protected_pattern()).strip(), phrase
