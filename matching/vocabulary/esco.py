"""Read an ESCO release (English CSV files) into concepts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from matching.domain import Concept, Kind
from matching.vocabulary.load import SEPARATOR, problem, read_rows

ATTRIBUTION = "This service uses the ESCO classification of the European Commission."
FILES = ("skills_en.csv", "occupations_en.csv", "skillSkillRelations.csv", "occupationSkillRelations.csv")
DANGLING = 0.01
"""Share of relations that may name a concept the release doesn't hold (1.1.1 has 0.05 %); more means a cut file."""
_BASE = "http://data.europa.eu/esco/"
_LABELS = ("conceptUri", "preferredLabel", "altLabels", "hiddenLabels")
_Relation = tuple[int, str, str, str]


def read_esco(files: dict[str, Path]) -> tuple[list[Concept], dict[str, int]]:
    """Read skills and occupations with their alternative labels and relations; gives them and what was left out.

    Relations between skills become `related`; an occupation keeps its skills in the attributes `essential_skills` and
    `optional_skills`. Raises VocabularyError with file, row, column and value.
    """
    skills = list(_concepts(files["skills_en.csv"], Kind.SKILL, "skill/", "skillType"))
    occupations = list(_concepts(files["occupations_en.csv"], Kind.OCCUPATION, "occupation/", "iscoGroup"))
    known = {concept.id for concept in (*skills, *occupations)}
    related, lost_related = _relations(
        files["skillSkillRelations.csv"], ("originalSkillUri", "relationType", "relatedSkillUri"), known
    )
    asked, lost_asked = _relations(
        files["occupationSkillRelations.csv"], ("occupationUri", "relationType", "skillUri"), known
    )
    concepts = [_with(concept, related, asked) for concept in (*skills, *occupations)]
    return concepts, {"relations left out": lost_related + lost_asked}


def _concepts(path: Path, kind: Kind, branch: str, extra: str) -> Iterator[Concept]:
    for row, cells in read_rows(path, (*_LABELS, extra), whole=True):
        identifier = _identifier(cells["conceptUri"], _BASE + branch, path.name, row, "conceptUri")
        label = cells["preferredLabel"].strip()
        if not label:
            raise problem("empty", "the label is empty", "名称为空", file=path.name, row=row, column="preferredLabel")
        forms = [form for column in ("altLabels", "hiddenLabels") for form in cells[column].splitlines()]
        tidy = dict.fromkeys(" ".join(form.replace(SEPARATOR, ",").split()) for form in forms)
        attributes = {"uri": cells["conceptUri"], "type": cells[extra]}
        yield Concept(
            identifier,
            kind,
            "",
            label.replace(SEPARATOR, ","),
            forms_en=tuple(form for form in tidy if form and form != label),
            attributes=attributes,
        )


def _identifier(uri: str, start: str, file: str, row: int, column: str) -> str:
    if not uri.startswith(start) or len(uri) <= len(start):
        raise problem(
            "uri", f"the value doesn't begin with {start}", f"应以 {start} 开头", uri, file=file, row=row, column=column
        )
    return "esco:" + uri.removeprefix(start)


def _relations(
    path: Path, columns: tuple[str, str, str], known: set[str]
) -> tuple[dict[str, list[tuple[str, str]]], int]:
    """Read pairs of concepts with the type of their relation; gives them by the first one, and how many dangle."""
    source, kind, target = columns
    pairs: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    dangling: list[tuple[int, str]] = []
    rows = 0
    for row, cells in read_rows(path, columns, whole=True):
        rows += 1
        ends = [cells[column] for column in (source, target)]
        one, other = ("esco:" + uri.rsplit("/", 1)[-1] for uri in ends)
        if one in known and other in known:
            pairs[one].append((cells[kind], other))
        else:
            dangling.append((row, ends[0] if one not in known else ends[1]))
    if len(dangling) > DANGLING * rows:
        row, uri = dangling[0]
        english, chinese = "names a concept that the release doesn't hold", "所指概念不在该发布中"
        raise problem("unknown_id", english, chinese, uri, file=path.name, row=row, column=target)
    return pairs, len(dangling)


def _with(
    concept: Concept, related: dict[str, list[tuple[str, str]]], asked: dict[str, list[tuple[str, str]]]
) -> Concept:
    attributes = dict(concept.attributes)
    for kind in ("essential", "optional"):
        if ids := [other for relation, other in asked.get(concept.id, ()) if relation == kind]:
            attributes[f"{kind}_skills"] = SEPARATOR.join(ids)
    neighbours = tuple(dict.fromkeys(other for _, other in related.get(concept.id, ())))
    return Concept(
        concept.id, concept.kind, "", concept.en, (), concept.forms_en, related=neighbours, attributes=attributes
    )
