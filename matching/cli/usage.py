"""Says in zh and en what is wrong with the options and arguments of a command."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from matching.cli.shown import err, print_error
from matching.errors import Problem, RecordError

_UsageError: Any = typer.BadParameter.__bases__[0]
"""The class of all errors of usage. Newer versions of typer carry their own command parser: it has no fixed place."""
_QUOTED = r"['\"]?(?P<name>[^'\"]+?)['\"]?"
_RULES = (
    (rf"No such option: {_QUOTED}(?: .*options?: (?P<near>.+?)\)| Did you mean (?P<nearest>.+?)\?)?$", "没有选项 {}"),
    (rf"No such command {_QUOTED}\.?(?: .*)?$", "没有命令 {}"),
    (rf"Missing argument {_QUOTED}\.?(?: .*)?$", "缺少参数 {}"),
    (rf"Missing (?:option|parameter):? {_QUOTED}\.?(?: .*)?$", "缺少选项 {}"),
    (r"Missing command\.?(?P<name>)$", "缺少命令{}"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((?P<name>.+)\)$", "多余的参数：{}"),
    (rf"Option {_QUOTED} requires (?:an argument|\d+ arguments)\.?$", "选项 {} 后面要写上值"),
    (rf"Option {_QUOTED} does not take a value\.?$", "选项 {} 后面不写值"),
    (rf"Invalid value for {_QUOTED}: (?P<reason>.+)$", "{} 的取值无效"),
)
_REASONS = (
    (r"greater than or equal to (\S+)", "应不小于 {}"),
    (r"less than or equal to (\S+)", "应不大于 {}"),
    (r"not in the range (\S+)", "应在范围 {} 之内"),
    (r"is not one of (.+?)\.?$", "应为 {} 之一"),
    (r"not a valid integer|valid integer", "应为整数"),
    (r"not a valid float|valid number", "应为数字"),
    (r"does not exist", "不存在"),
    (r"is a directory", "是目录，不是文件"),
    (r"is a file", "是文件，不是目录"),
    (r"not readable", "无法读取"),
)


class Commands(TyperGroup):
    """All commands of an application; whoever writes one wrongly reads why in zh and en.

    Exit status 2 where the words of a command are wrong, 1 where the person stops it at a prompt, otherwise that of the
    command.
    """

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command that the words name; a direct caller (not `standalone_mode`) gets the error itself."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        try:
            status = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except _UsageError as error:
            sys.exit(_refuse(error))
        except typer.Abort:
            err.print("已取消 stopped")
            sys.exit(1)
        sys.exit(status if isinstance(status, int) else 0)


def usage_problem(message: str) -> Problem:
    """Turn the English message about an option or argument into a Problem; an unknown message stays English in both."""
    for pattern, chinese in _RULES:
        if found := re.match(pattern, message):
            names = found.groupdict()
            said = chinese.format(names["name"])
            if reason := names.get("reason"):
                known = _reason(reason)
                said = f"{said}：{reason}" if known is None else f"{names['name']} {known}"
            if near := names.get("near") or names.get("nearest"):
                said = f"{said}，可用的有 {near}"
            return Problem("usage", message, said)
    return Problem("usage", message, f"命令写法有误：{message}")


def _reason(english: str) -> str | None:
    for pattern, chinese in _REASONS:
        if found := re.search(pattern, english):
            return chinese.format(*found.groups())
    return None


def _refuse(error: Any) -> int:
    """Print what is wrong and where to read more; the help itself where a group was called without a command."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return 2
    print_error(RecordError(usage_problem(" ".join(error.format_message().split()))))
    path = "duikou" if context is None else context.command_path
    err.print(f"{path} --help 查看用法 shows how it is used", markup=False, highlight=False)
    return 2
