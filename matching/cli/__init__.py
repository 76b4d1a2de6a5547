"""The `duikou` command: `commands` reads what is asked, `shown` prints what was found."""

from matching.cli.commands import app, main

__all__ = ["app", "main"]
