"""Every verb is a command, whose help tells each parameter of the Python function and its default."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer

import imagesasdata as iad
from imagesasdata import cli
from imagesasdata.cli.command import LEFT_OUT, NOT_OPTIONS, commands
from imagesasdata.cli.values import value
from imagesasdata.verbs.signatures import GROUPS, Parameter, read

# What the words of an annotation may be; `values` knows how to read a text for each.
KNOWN = {
    *("str", "int", "float", "bool", "None", "Any", "Frame", "AnyFrame", "OtherFrame"),
    *("PathLike", "os.PathLike", "Path", "Mapping", "Sequence", "Iterable", "Iterator"),
    *("AbstractSet", "list", "tuple"),
    *("Step", "Augmentation", "FittedModel", "..."),
    # Beside another kind, and not to be written in a shell.
    *("bytes", "GradientTransformation", "ModelCard"),
}
PUBLIC = [name for name in iad.__all__ if inspect.isfunction(getattr(iad, name))]


def function(verb: str) -> Any:
    return iad.FittedModel.augment if verb == "augment" else getattr(iad, verb)


def program() -> tuple[Any, Any]:
    group = typer.main.get_command(cli.app)
    return group, group.make_context("imagesasdata", ["--"], resilient_parsing=True)


def test_a_verb_has_a_command_or_is_left_out() -> None:
    assert set(LEFT_OUT) <= set(PUBLIC)
    assert set(commands()) == {*PUBLIC, "augment"} - set(LEFT_OUT)


def test_the_group_lists_the_verbs_in_order_and_by_either_name() -> None:
    group, context = program()
    listed = group.list_commands(context)
    assert listed == [*(name.replace("_", "-") for name in commands()), "weights"]
    for verb in ("classify", "detect_faces", "augment"):
        name = verb.replace("_", "-")
        command = group.get_command(context, verb)
        assert command is group.get_command(context, name)
        assert command.name == name
        assert command.rich_help_panel == commands()[verb][0]


def test_groups_are_the_folders_of_the_commands() -> None:
    folders = Path(inspect.getfile(iad)).parent / "verbs"
    assert set(GROUPS) == {one.name for one in folders.iterdir() if (one / "__init__.py").exists()}
    order = [group for group, _ in commands().values()]
    assert order == sorted(order, key=GROUPS.index)


@pytest.mark.parametrize("verb", commands())
def test_a_command_has_what_the_function_has(verb: str) -> None:
    true = [
        one for one in inspect.signature(function(verb)).parameters.values() if one.name != "self"
    ]
    found, _ = read(verb)
    assert [one.name for one in found] == [one.name for one in true]
    for one, parameter in zip(found, true, strict=True):
        wanted = ... if parameter.default is inspect.Parameter.empty else parameter.default
        assert one.default == wanted, one.name
        assert one.help, f"{one.name} has no text"
        if one is not found[0]:
            assert one.kinds <= KNOWN, f"the shell does not know what to make of {one}"


def parameter(kinds: set[str], choices: Sequence[str] = (), *, is_data: bool = False) -> Parameter:
    return Parameter("name", kinds, list(choices), is_data, False, None, "")


@pytest.mark.parametrize(
    ("one", "given", "wanted"),
    [
        (parameter({"str"}), "12", "12"),
        (parameter({"str", "None"}), "none", None),
        (parameter({"int"}), 3, 3),
        (parameter({"str", "float"}), "1s", "1s"),
        (parameter({"str", "float"}), "-1.5", -1.5),
        (parameter({"str", "float"}), "nan", "nan"),
        (parameter({"float"}, ["auto"]), "auto", "auto"),
        (parameter({"float"}, ["auto"]), "1e-3", 0.001),
        (parameter({"tuple", "int"}), "256", (256,)),
        (parameter({"tuple", "float", "None"}), "0.8,0.1,.1", (0.8, 0.1, 0.1)),
        (parameter({"Sequence", "str"}), ["a", "1"], ["a", "1"]),
        (parameter({"Sequence", "Any"}), ["yes", "1"], ["yes", 1]),
        (parameter({"Mapping"}), ["a=b", "c=d=e"], {"a": "b", "c": "d=e"}),
        (parameter({"Mapping"}), ["a=x.png", "a=y.png"], {"a": ["x.png", "y.png"]}),
        (parameter({"Mapping"}), ["0=1", "1=2.5"], {0: 1, 1: 2.5}),
        (parameter({"Mapping"}), ["water=120,170,210"], {"water": (120, 170, 210)}),
        (parameter({"Mapping", "None"}, ["balanced"]), ["balanced"], "balanced"),
        (parameter({"Sequence", "Step"}, ["light", "none"]), ["none"], "none"),
        (parameter({"Any", "None"}, is_data=True), "yes", "yes"),
        (parameter({"Any", "None"}, is_data=True), "1", 1),
    ],
)
def test_a_text_becomes_what_the_verb_takes(one: Parameter, given: Any, wanted: Any) -> None:
    found = value(one, given)
    assert found == wanted
    assert type(found) is type(wanted)


def test_a_number_or_text_where_several_may_stand_is_one() -> None:
    (clusters,) = [one for one in read("cluster")[0] if one.name == "k"]
    assert value(clusters, ["2"]) == 2
    assert value(clusters, ["2", "3"]) == [2, 3]
    (languages,) = [one for one in read("read_text")[0] if one.name == "languages"]
    assert value(languages, ["en"]) == "en"
    assert value(languages, ["en", "zh"]) == ["en", "zh"]
    (outcome,) = [one for one in read("fine_tune")[0] if one.name == "outcome"]
    assert value(outcome, ["protest"]) == "protest"


def test_a_table_may_stand_for_a_second_collection(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("path\na.jpg\n")
    against = next(one for one in read("find_duplicates")[0] if one.name == "against")
    assert value(against, [str(tmp_path / "old.csv")])["path"].tolist() == ["a.jpg"]
    assert value(against, ["old/"]) == "old/"
    assert value(against, ["a.jpg", "b.jpg"]) == ["a.jpg", "b.jpg"]


def test_texts_of_steps_and_of_tables(tmp_path: Path) -> None:
    pd.DataFrame({"n": [1]}).to_csv(tmp_path / "t.csv", index=False)
    (step,) = value(parameter({"Sequence", "Step"}), ["resize(9)"])
    assert step == iad.steps.resize(9)
    assert value(parameter({"Any"}, is_data=True), str(tmp_path / "t.csv")).n.tolist() == [1]
    pictures = parameter({"Any"}, is_data=True)._replace(is_argument=True)
    assert value(pictures, [str(tmp_path / "t.csv")]).n.tolist() == [1]
    assert value(pictures, ["2019"]) == "2019"
    assert value(pictures, ["a.csv", "b.csv"]) == ["a.csv", "b.csv"]
    files = parameter({"str", "Iterable"})._replace(is_argument=True)
    assert value(files, ["a.csv"]) == "a.csv"


@pytest.mark.parametrize("verb", commands())
def test_the_help_shows_each_parameter_and_its_default(verb: str) -> None:
    group, context = program()
    command = group.get_command(context, verb)
    command.rich_markup_mode = None
    inner = type(context)(command, info_name=verb, parent=context)
    inner.max_content_width = inner.terminal_width = 2000
    text = re.sub(r"\n {8,}", " ", command.get_help(inner))
    for one in read(verb)[0]:
        if one.name in NOT_OPTIONS:
            continue
        if one.is_argument:
            assert re.search(rf"^  {{?{one.name}\b|{one.name.upper()}", text, re.MULTILINE), (
                one.name
            )
            continue
        option = f"--{one.name.replace('_', '-')}"
        (line,) = re.findall(rf"^  (?:-\w, )?{option}[ ,/].*", text, re.MULTILINE)
        default = one.default
        if isinstance(default, bool):
            assert f"[default: {'' if default else 'no-'}{option[2:]}" in line
        elif default not in (None, ..., ()):
            shown = ",".join(map(str, default)) if isinstance(default, tuple) else default
            assert f"[default: {shown}" in line, line
