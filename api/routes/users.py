"""/v1/users: accounts; enterprises and colleges manage their own, the system administrator all."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.access import Role
from api.body import asks, body
from api.deps import Caller, Cursor, IfMatch, Limit, Records, RepeatKey, after, once
from api.identity import LONGEST_PASSWORD, SHORTEST_PASSWORD
from api.problems import answers
from api.resources import people
from api.schemas import Answer, Given
from api.store import tables
from api.store.versions import etag

router = APIRouter(prefix="/v1/users", tags=["users"])
Language = Literal["zh", "en"]
Named = Annotated[str, Field(min_length=1, max_length=200)]

_LOGIN = Field(min_length=3, max_length=200, description="登录名 / login", examples=["hr@beichen"])
_NAME = Field(min_length=1, max_length=200, description="姓名 / name", examples=["张敏"])
_ROLE = Field(description="角色 / role", examples=["recruiter"])
_CLASSES = Field((), max_length=200, description="教师所带班级 / a teacher's own classes", examples=[["24智能焊接1班"]])
_DEMANDS = Field((), max_length=200, description="招聘专员负责的岗位 / a recruiter's own demands", examples=[[]])
_LANG: Any = Field("zh", description="界面语言 / language of pages", examples=["zh"])
_PASSWORD = Field(
    min_length=SHORTEST_PASSWORD,
    max_length=LONGEST_PASSWORD,
    description=f"密码，至少 {SHORTEST_PASSWORD} 位 / password",
    examples=["一句好记的超长的密码"],
)


class NewUser(Given):
    """An account to make. 新账号。"""

    login: str = _LOGIN
    name: str = _NAME
    role: Role = _ROLE
    password: str = _PASSWORD
    organisation_id: str | None = Field(
        None, max_length=40, description="所属单位，默认本单位 / organisation, default one's own"
    )
    student_id: str | None = Field(None, max_length=40, description="学生账号对应的学生 / the student it belongs to")
    classes: tuple[Named, ...] = _CLASSES
    demands: tuple[Named, ...] = _DEMANDS
    lang: Language = _LANG


class UserEdit(Given):
    """What to change; what is not given stays. 要修改的字段，未给出的不变。"""

    name: str = Field(default_factory=str, min_length=1, max_length=200, description="姓名 / name", examples=["张敏"])
    active: bool = Field(
        default_factory=bool, strict=True, description="false 即停用 / false turns it off", examples=[False]
    )
    classes: tuple[Named, ...] = Field(
        default_factory=tuple, max_length=200, description="教师所带班级 / a teacher's own classes", examples=[[]]
    )
    demands: tuple[Named, ...] = Field(
        default_factory=tuple,
        max_length=200,
        description="招聘专员负责的岗位 / a recruiter's own demands",
        examples=[[]],
    )
    lang: Language = Field(default_factory=lambda: "zh", description="界面语言 / language of pages", examples=["zh"])
    password: str | None = Field(
        None,
        min_length=SHORTEST_PASSWORD,
        max_length=LONGEST_PASSWORD,
        description="重置密码，其会话与令牌失效 / a new password; its sessions and tokens end",
        examples=["另一句好记的超长密码"],
    )


class User(Answer):
    """An account, without its password. 账号。"""

    id: str = Field(description="代号 / id", examples=["usr_5b1f0c2d3e4f5a6b7c8d"])
    login: str = _LOGIN
    name: str = _NAME
    role: Role = _ROLE
    organisation_id: str | None = Field(description="所属单位 / organisation", examples=["org_5b1f0c2d3e4f5a6b7c8d"])
    student_id: str | None = Field(description="对应的学生 / student", examples=[None])
    classes: list[str] = Field(description="教师所带班级 / a teacher's own classes", examples=[[]])
    demands: list[str] = Field(description="招聘专员负责的岗位 / a recruiter's own demands", examples=[[]])
    lang: Language = Field(description="界面语言 / language of pages", examples=["zh"])
    active: bool = Field(description="是否启用 / in use", examples=[True])
    version: int = Field(description="版本，同 ETag / version, as in ETag", examples=[1])


class Users(Answer):
    """Accounts, a page of them. 账号列表。"""

    items: list[User] = Field(description="本页账号 / this page")
    next: str | None = Field(description="下一页游标，null 表示没有 / cursor of the next page, null at the end")


@router.get("", summary="账号列表 / accounts", responses=answers(401, 403, 422))
def users(
    who: Caller,
    store: Records,
    role: Annotated[Role | None, Query(description="角色 / role")] = None,
    q: Annotated[str | None, Query(max_length=100, description="登录名或姓名的一部分 / part of login or name")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Users:
    """List the accounts that the caller manages. 列出可管理的账号。"""
    with store.reading(who) as session:
        found = people.users(session, who, None if role is None else role.value, q, after(cursor), limit)
    items = [_answer(row) for row in found]
    return Users(items=items, next=items[-1].id if len(items) == limit else None)


@router.post(
    "",
    summary="新建账号 / new account",
    status_code=201,
    response_model=User,
    openapi_extra=asks(NewUser),
    responses=answers(401, 403, 409, 413, 415, 422),
)
def new_user(who: Caller, given: Annotated[NewUser, body(NewUser)], store: Records, key: RepeatKey = None) -> Response:
    """Make an account of one's own organisation. 为本单位新建账号。"""
    values = _given(given)
    password_hash = people.hashed(who, given.password)
    return once(
        store,
        who,
        key,
        ["users", values],
        lambda work: (201, _answer(people.add_user(work, who, values, password_hash)).model_dump(mode="json")),
        lambda session, user_id: _answer(people.user(session, who, user_id)).model_dump(mode="json"),
    )


@router.get("/{user_id}", summary="账号 / an account", responses=answers(401, 403, 404, 422))
def user(user_id: str, who: Caller, store: Records, response: Response) -> User:
    """Give an account. 返回一个账号。"""
    with store.reading(who) as session:
        row = people.user(session, who, user_id)
    response.headers["ETag"] = etag(row)
    return _answer(row)


@router.patch(
    "/{user_id}",
    summary="修改账号 / edit an account",
    openapi_extra=asks(UserEdit),
    responses=answers(401, 403, 404, 409, 412, 413, 415, 422, 428),
)
def edit_user(
    user_id: str,
    who: Caller,
    given: Annotated[UserEdit, body(UserEdit)],
    store: Records,
    response: Response,
    if_match: IfMatch = None,
) -> User:
    """Change an account, turn it off, or give it a new password. 修改、停用账号或重置密码。"""
    values = _given(given)
    password_hash = None if given.password is None else people.hashed(who, given.password)
    with store.writing(who) as work:
        row = people.edit_user(work, who, user_id, if_match, values, password_hash)
    response.headers["ETag"] = etag(row)
    return _answer(row)


def _given(given: NewUser | UserEdit) -> dict[str, Any]:
    """Give the fields that were sent, without the password, which is kept nowhere, not even as part of a hash."""
    return given.model_dump(mode="json", exclude_unset=True, exclude={"password"})


def _answer(row: tables.User) -> User:
    return User(**people.user_values(row))
