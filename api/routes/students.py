"""/v1/students: a college's students, what a student changes oneself, and consents."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field, SkipValidation
from sqlalchemy.orm import Session

from api.access import Principal
from api.body import asks, body
from api.deps import Caller, Cursor, IfMatch, Limit, Records, RepeatKey, after, once
from api.problems import answers
from api.resources import consents, students
from api.resources.consents import Purpose
from api.resources.students import Found
from api.schemas import Answer, CertificateRecord, Given, PreferencesRecord, SkillRecord
from api.store import Work
from api.store.versions import etag
from matching.domain import AutomatedDecision, Intent, Text

router = APIRouter(prefix="/v1/students", tags=["students"])
_RECORD: dict[str, Any] = {
    "major": "智能焊接技术",
    "education": "高职专科",
    "entry_year": 2024,
    "graduates_on": "2027-06-30",
    "skills": [{"label": "氩弧焊", "level": 2, "source": "course"}],
    "certificates": [{"label": "焊工四级"}],
    "preferences": {"places": ["济南"], "pay_low": 6000},
    "text": "实训中完成不锈钢管对接氩弧焊。",
}


class StudentDetails(Given):
    """What matching may know of a student; no name, no contact, no protected attribute. 技能画像，不含身份信息。"""

    college: str | None = Field(None, description="由平台填写 / filled by the platform")
    education: str | None = Field(None, description="学历层次 / education", examples=["高职专科"])
    major: str | None = Field(None, description="专业名称 / major", examples=["智能焊接技术"])
    entry_year: int | None = Field(None, ge=1990, le=2100, description="入学年份 / year of entry", examples=[2024])
    graduates_on: date | None = Field(None, description="毕业日期 / graduation", examples=["2027-06-30"])
    skills: list[SkillRecord] = Field([], description="技能 / skills")
    certificates: list[CertificateRecord] | None = Field(None, description="证书，null 未登记 / null: not recorded")
    planned_certificates: list[CertificateRecord] = Field([], description="计划考取的证书 / planned certificates")
    occupations: list[str] = Field([], description="实践过的岗位 / posts in practice", examples=[["焊工"]])
    intent: Intent = Field(Intent.EMPLOY, description="就业意向 / what the student wants")
    preferences: PreferencesRecord = Field(
        default_factory=PreferencesRecord.model_construct, description="意向 / wishes"
    )
    text: Text = Field("", description="自我描述 / own words")
    turns_16_on: date | None = Field(None, description="有出生日期时由平台推算 / follows from the birth date")
    turns_18_on: date | None = Field(None, description="有出生日期时由平台推算 / follows from the birth date")
    automated_decision: AutomatedDecision = Field(AutomatedDecision.ALLOW, description="自动排序 / ranking by machine")


class ProtectedValues(Given):
    """Protected attributes, for the fairness audit only. 受保护信息，仅用于公平性审计。"""

    sex: str = Field("", max_length=10, description="男、女或留空 / 男, 女 or empty", examples=["女"])
    born_on: date | None = Field(None, description="出生日期 / birth date", examples=["2006-05-01"])
    ethnicity: str = Field("", max_length=40, description="民族 / ethnicity", examples=["汉族"])


class StudentText(Given):
    """A student as the college keeps them. 院校登记的学生。"""

    number: str = Field(min_length=1, max_length=64, description="学号，校内唯一 / unique in the college")
    name: str = Field("", max_length=100, description="姓名 / name", examples=["张三"])
    class_name: str = Field("", max_length=200, description="班级 / class", examples=["24智能焊接1班"])
    phone: str = Field("", max_length=40, description="电话 / telephone", examples=["13800000000"])
    email: str = Field("", max_length=200, description="邮箱 / e-mail", examples=["zhang@example.edu.cn"])
    record: SkipValidation[StudentDetails] = Field(
        default_factory=StudentDetails.model_construct,
        description="技能画像 / what matching may know",
        examples=[_RECORD],
    )
    protected: ProtectedValues | None = Field(None, description="不给出则不变 / stays where not given")


class OwnEdit(Given):
    """What students change themselves; what is not given stays. 学生本人可修改的内容，未给出的不变。"""

    skills: SkipValidation[list[SkillRecord]] = Field([], description="技能 / skills")
    text: SkipValidation[Text] = Field("", description="自我描述 / own words", examples=["会氩弧焊，愿意倒班。"])
    intent: SkipValidation[Intent] = Field(Intent.EMPLOY, description="就业意向 / what the student wants")
    preferences: SkipValidation[PreferencesRecord] = Field(
        default_factory=PreferencesRecord.model_construct, description="意向 / wishes"
    )
    automated_decision: SkipValidation[AutomatedDecision] = Field(
        AutomatedDecision.ALLOW, description="refuse：不参加自动排序，由人工查看 / refuse: for a person to judge"
    )
    visible: bool = Field(True, strict=True, description="false：不出现在任何名单 / false: in no list at all")


class StudentAnswer(Answer):
    """A student in the caller's scope. 学生。"""

    id: str = Field(description="代号 / id", examples=["stu_5b1f0c2d3e4f5a6b7c8d"])
    college_id: str = Field(description="院校代号 / id of the college", examples=["org_5b1f0c2d3e4f5a6b7c8d"])
    number: str = Field(description="学号 / number in the college")
    name: str = Field(description="姓名 / name")
    class_name: str = Field(description="班级 / class")
    phone: str = Field(description="电话 / telephone")
    email: str = Field(description="邮箱 / e-mail")
    record: dict[str, Any] = Field(description="技能画像 / what matching may know", examples=[_RECORD])
    visible: bool = Field(description="是否对企业可见 / whether enterprises may see the profile")
    protected: ProtectedValues | None = Field(
        None, description="仅院校管理员和本人可见 / only the college's administrator and the student see it"
    )
    version: int = Field(description="版本，同 ETag / version, as in ETag", examples=[1])
    changed_at: str = Field(description="最近修改 / last changed", examples=["2026-11-24T08:00:00+00:00"])


class StudentPage(Answer):
    """Students, a page of them. 学生列表。"""

    items: list[StudentAnswer] = Field(description="本页学生 / this page")
    next: str | None = Field(description="下一页游标，null 表示没有 / cursor of the next page, null at the end")


class NewConsent(Given):
    """What a student agrees to. 学生同意的内容。"""

    purpose: Purpose = Field(
        description="contact：向一家企业提供姓名与联系方式；profile：向企业展示匿名画像 / "
        "contact: name and contact for one enterprise; profile: the pseudonymous profile for enterprises",
        examples=["contact"],
    )
    organisation_id: str | None = Field(
        None, max_length=40, description="企业代号，contact 须填 / the enterprise, for contact"
    )
    guardian: str = Field("", max_length=200, description="监护人姓名，未满 18 周岁须填 / needed under 18")


class ConsentAnswer(Answer):
    """A consent. 同意记录。"""

    id: str = Field(description="代号 / id", examples=["con_5b1f0c2d3e4f5a6b7c8d"])
    purpose: str = Field(description="用途 / purpose", examples=["contact"])
    organisation_id: str | None = Field(description="接收方 / recipient")
    guardian: str = Field(description="监护人 / guardian")
    given_at: str = Field(description="同意时间 / given at", examples=["2026-11-24T08:00:00+00:00"])
    withdrawn_at: str | None = Field(description="撤回时间 / withdrawn at")


class ConsentList(Answer):
    """A student's consents, newest first. 同意记录列表。"""

    items: list[ConsentAnswer] = Field(description="同意记录 / consents")


@router.get("", summary="学生列表 / students", responses=answers(401, 403, 422))
def listed(
    who: Caller,
    store: Records,
    major: Annotated[str | None, Query(max_length=200, description="专业名称 / major as recorded")] = None,
    class_name: Annotated[str | None, Query(max_length=200, description="班级 / class")] = None,
    q: Annotated[str | None, Query(max_length=100, description="学号开头或姓名 / start of number, or name")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> StudentPage:
    """List the students in one's scope: a college's, a teacher's classes, a student alone. 列出权限内的学生。"""
    with store.reading(who) as session:
        found = students.listed(session, who, major, class_name, q, after(cursor), limit)
    items = [_answer(who, one) for one in found]
    return StudentPage(items=items, next=items[-1].id if len(items) == limit else None)


@router.post(
    "",
    summary="登记学生 / new student",
    status_code=201,
    response_model=StudentAnswer,
    openapi_extra=asks(StudentText),
    responses=answers(401, 403, 409, 413, 415, 422),
)
def create(
    who: Caller, given: Annotated[StudentText, body(StudentText)], store: Records, key: RepeatKey = None
) -> Response:
    """Take a student in. 登记一名学生。"""
    values = _given(given)

    def act(work: Work) -> tuple[int, Any]:
        return 201, _answer(who, students.add(work, who, values, date.today())).model_dump(mode="json")

    def again(session: Session, student_id: str) -> Any:
        return _answer(who, students.one(session, who, student_id)).model_dump(mode="json")

    return once(store, who, key, ["students", values], act, again)


@router.get("/me", summary="我的档案 / my own record", responses=answers(401, 403, 404))
def me(who: Caller, store: Records, response: Response) -> StudentAnswer:
    """Give the student who asks. 返回本人的档案。"""
    with store.reading(who) as session:
        found = students.own(session, who)
    response.headers["ETag"] = etag(found.student)
    return _answer(who, found)


@router.patch(
    "/me",
    summary="修改我的档案 / change my record",
    openapi_extra=asks(OwnEdit),
    responses=answers(401, 403, 404, 412, 413, 415, 422, 428),
)
def edit_me(
    who: Caller,
    given: Annotated[OwnEdit, body(OwnEdit)],
    store: Records,
    response: Response,
    if_match: IfMatch = None,
) -> StudentAnswer:
    """Change one's own skills, words, wishes and choices. 修改本人的技能、自述、意向与选择。"""
    values = {name: getattr(given, name) for name in given.model_fields_set}
    with store.writing(who) as work:
        found = students.edit_own(work, who, if_match, values, date.today())
    response.headers["ETag"] = etag(found.student)
    return _answer(who, found)


@router.get("/{student_id}", summary="学生 / a student", responses=answers(401, 403, 404, 422))
def one(student_id: str, who: Caller, store: Records, response: Response) -> StudentAnswer:
    """Give a student in one's scope. 返回一名学生。"""
    with store.reading(who) as session:
        found = students.one(session, who, student_id)
    response.headers["ETag"] = etag(found.student)
    return _answer(who, found)


@router.put(
    "/{student_id}",
    summary="修改学生 / write anew",
    openapi_extra=asks(StudentText),
    responses=answers(401, 403, 404, 409, 412, 413, 415, 422, 428),
)
def replace(
    student_id: str,
    who: Caller,
    given: Annotated[StudentText, body(StudentText)],
    store: Records,
    response: Response,
    if_match: IfMatch = None,
) -> StudentAnswer:
    """Write identity and record of a student anew. 重新填写学生的身份信息与画像。"""
    with store.writing(who) as work:
        found = students.replace(work, who, student_id, if_match, _given(given), date.today())
    response.headers["ETag"] = etag(found.student)
    return _answer(who, found)


@router.delete(
    "/{student_id}",
    summary="删除学生 / delete",
    status_code=204,
    responses=answers(401, 403, 404, 412, 422, 428),
)
def remove(student_id: str, who: Caller, store: Records, if_match: IfMatch = None) -> Response:
    """Delete a student with account, identity, consents and requests. 删除学生及其账号、身份、同意与申请。"""
    with store.writing(who) as work:
        students.remove(work, who, student_id, if_match)
    return Response(status_code=204)


@router.get("/{student_id}/consents", summary="同意记录 / consents", responses=answers(401, 403, 404, 422))
def consents_of(student_id: str, who: Caller, store: Records) -> ConsentList:
    """List a student's consents, withdrawn ones too. 列出学生的同意记录。"""
    with store.reading(who) as session:
        found = consents.listed(session, who, student_id)
    return ConsentList(items=[ConsentAnswer(**consents.values(one)) for one in found])


@router.post(
    "/{student_id}/consents",
    summary="同意 / give consent",
    status_code=201,
    response_model=ConsentAnswer,
    openapi_extra=asks(NewConsent),
    responses=answers(401, 403, 404, 409, 413, 415, 422),
)
def give(
    student_id: str,
    who: Caller,
    given: Annotated[NewConsent, body(NewConsent)],
    store: Records,
    key: RepeatKey = None,
) -> Response:
    """Agree; where the same consent stands already, it is given back. 给出同意；已有相同同意时返回原记录。"""

    def act(work: Work) -> tuple[int, Any]:
        purpose, recipient, guardian = given.purpose, given.organisation_id, given.guardian
        return 201, consents.values(consents.give(work, who, student_id, purpose, recipient, guardian))

    def again(session: Session, consent_id: str) -> Any:
        return consents.values(consents.one(session, who, student_id, consent_id))

    return once(store, who, key, ["consents", student_id, given.model_dump()], act, again)


@router.delete(
    "/{student_id}/consents/{consent_id}",
    summary="撤回同意 / withdraw",
    status_code=204,
    responses=answers(401, 403, 404, 422),
)
def withdraw(student_id: str, consent_id: str, who: Caller, store: Records) -> Response:
    """Withdraw a consent at once. 立即撤回同意。"""
    with store.writing(who) as work:
        consents.withdraw(work, who, student_id, consent_id)
    return Response(status_code=204)


def _given(given: StudentText) -> dict[str, Any]:
    """Give what was sent; a record that was not sent is an empty one."""
    values = {name: getattr(given, name) for name in ("number", "name", "class_name", "phone", "email")}
    record: Any = given.record if "record" in given.model_fields_set else {}
    protected = None if given.protected is None else given.protected.model_dump()
    return {**values, "record": record, "protected": protected}


def _answer(who: Principal, found: Found) -> StudentAnswer:
    return StudentAnswer(**students.values(who, found))
