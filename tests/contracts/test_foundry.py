"""Fuzzing and invariants of the contracts by forge: contracts/test, all of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest


@pytest.fixture(scope="module")
def results(contracts_folder, missing):
    """What forge says of each test: {name of the suite's contract: {test: result}}."""
    forge = next(contracts_folder.glob("node_modules/@foundry-rs/forge-*/bin/forge"), None)
    if forge is None or not shutil.which("node"):
        missing("forge is not installed: sh packaging/node-tools.sh contracts")
    told = subprocess.run([forge, "test", "--json"], cwd=contracts_folder, capture_output=True, text=True, check=False)
    answer = next((line for line in told.stdout.splitlines() if line.startswith('{"test/')), None)
    assert answer is not None, told.stdout[-2000:] + told.stderr[-2000:]
    return {name.split(":")[1]: suite["test_results"] for name, suite in json.loads(answer).items()}


def test_every_test_of_the_contracts_holds(results):
    failed = {
        f"{suite}.{name}": (result["reason"], result["counterexample"])
        for suite, tests in results.items()
        for name, result in tests.items()
        if result["status"] != "Success"
    }
    assert not failed


def test_no_suite_is_left_out(results, contracts_folder):
    """A file that forge does not find, or a fuzz test that tries nothing, would pass in silence."""
    files = "".join(path.read_text() for path in (contracts_folder / "test").glob("*.t.sol"))
    written = set(re.findall(r"function ((?:test|invariant)\w+)", files))
    assert {name.partition("(")[0] for tests in results.values() for name in tests} == written
    for tests in results.values():
        for name, result in tests.items():
            if "Fuzz" in result["kind"]:
                assert result["kind"]["Fuzz"]["runs"] >= 100, name
            if "Invariant" in result["kind"]:
                assert result["kind"]["Invariant"]["calls"] >= 1_000, name
