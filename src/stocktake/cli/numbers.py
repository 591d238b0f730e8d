"""Numbers given to options and arguments: one that cannot be taken is answered alike, whatever the command."""

from __future__ import annotations

from functools import partial
from typing import Any

import typer


def explain(command: Any) -> None:
    """Lets a command, and those below it, say what number was given, what is expected and how to write it."""
    for below in getattr(command, "commands", {}).values():
        explain(below)
    for parameter in command.params:
        if parameter.type.name.partition(" ")[0] in {"int", "float"}:
            parameter.type.convert = partial(_number, parameter.type)


def _number(kind: Any, value: Any, parameter: Any, context: Any) -> Any:
    try:
        return type(kind).convert(kind, value, parameter, context)
    except typer.BadParameter:
        least, most = getattr(kind, "min", None), getattr(kind, "max", None)
        whole = kind.name.startswith("int")
        wanted = ("whole number" if whole else "number") + _between(least, most)
        like = parameter.default or ((least + most) / 2 if most is not None and not whole else max(least or 1, 1))
        name = max(parameter.opts, key=len) if parameter.param_type_name == "option" else ""
        said = f"{value!r} is no {wanted}; write it like {f'{name} {like}'.strip()}"
        raise typer.BadParameter(said, context, parameter) from None


def _between(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f" from {least} to {most}"
    return "" if least is None else f" of {least} or more"
