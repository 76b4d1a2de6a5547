"""The errors of the platform, all of matching's tree: who may not, what stands in the way, what passes by itself."""

from __future__ import annotations

from typing import ClassVar

from matching.errors import DuikouError, InputError


class NotSignedIn(DuikouError):
    """Nobody is signed in, or the session or token is wrong, expired or revoked."""

    code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__("sign in first", "请先登录（会话或令牌无效、已过期或已撤销）")


class Forbidden(DuikouError):
    """The caller may not do this; the message says why."""

    code = "forbidden"


class NotFound(DuikouError):
    """The record does not exist, or not for this caller: the answer is the same."""

    code = "unknown_id"

    def __init__(self, kind_en: str, kind_zh: str) -> None:
        super().__init__(f"no such {kind_en}, or not for you", f"没有该{kind_zh}，或您无权查看")


class Conflict(DuikouError):
    """The record's state does not allow this, such as approving what was not submitted."""

    code = "conflict"


class Changed(DuikouError):
    """Somebody changed the record since it was read (If-Match does not fit)."""

    code = "changed"

    def __init__(self) -> None:
        super().__init__("the record has changed; read it again", "记录已被他人修改，请重新读取后再提交")


class VersionMissing(DuikouError):
    """An edit must say which version it was made from (If-Match)."""

    code = "version_missing"

    def __init__(self) -> None:
        super().__init__("send the version you read as If-Match", "请在 If-Match 中给出所读取的版本")


class TooMany(DuikouError):
    """Too many requests; `seconds` says when to try again."""

    code = "too_many"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many tries; try again in {seconds} s", f"尝试过于频繁，请 {seconds} 秒后再试")
        self.seconds = seconds


class DatabaseBusy(DuikouError):
    """Another write holds the database for too long."""

    code = "busy"
    seconds: ClassVar[int] = 2

    def __init__(self) -> None:
        super().__init__("the database is busy; try again", "数据库繁忙，请稍后再试")


class DatabaseAway(DuikouError):
    """The database can't be reached; it may come back without a restart."""

    code = "away"
    seconds: ClassVar[int] = 5

    def __init__(self) -> None:
        super().__init__("the database can't be reached; try again", "暂时无法连接数据库，请稍后再试")


class Crowded(DuikouError):
    """As many matches run as may run at once, and none ended in time."""

    code = "crowded"
    seconds: ClassVar[int] = 2

    def __init__(self) -> None:
        super().__init__("too many matches at once; try again", "同时进行的匹配过多，请稍后再试")


class NotReady(DuikouError):
    """The index has not been made yet; it will be."""

    code = "not_fitted"
    seconds: ClassVar[int] = 5

    def __init__(self) -> None:
        super().__init__("the index is not ready yet; try again", "匹配索引尚未就绪，请稍后再试")


class FieldError(InputError):
    """A field of a request to the platform is wrong."""

    code = "field"


class BodyTooLarge(InputError):
    """The body is longer than the service reads."""

    code: ClassVar[str] = "too_large"
