"""Allowlists for people: a list built into a tree, compared with the chain, and the proof of one account."""

from __future__ import annotations

import json
from pathlib import Path

from collection.atomic_file import write_durably
from collection.errors import UsageError
from collection.project import Project
from collection.stages.names import addresses_for
from collection.stages.publication import publication_of
from collection.stages.report import Report
from collection.stages.sale import allowlist, known_sale
from collection.values import Failure, amount


def build(file: Path, project: Project | None = None) -> Report:
    """Write the tree of a list beside it, as JSON that OpenZeppelin's library loads; names need a project."""
    listed = allowlist(file, project)
    target = file.with_suffix(".allowlist.json")
    write_durably(target, json.dumps(listed.as_json(), indent=2).encode() + b"\n")
    tokens, root = sum(entry.allowed for entry in listed.entries), "0x" + listed.root.hex()
    line = f"{amount(len(listed.entries), 'account')}, {amount(tokens, 'token')}, root {root}: {target.name}"
    details = {"root": root, "accounts": len(listed.entries), "tokens": tokens, "file": str(target)}
    return Report("allowlist", line, details)


def proof(file: Path, address: str, project: Project | None = None) -> Report:
    """What an account needs to buy by the list; raises UsageError where it is not on it, or mistyped."""
    from collection.config.accounts import wrong_account

    if wrong := wrong_account(address):
        raise UsageError(f'"{address}" is no address', wrong)
    listed = allowlist(file, project)
    line = listed.line(addresses_for(project)({"ADDRESS": address})["ADDRESS"])
    siblings = ["0x" + each.hex() for each in line.proof]
    details = {
        "root": "0x" + listed.root.hex(), "account": line.account, "index": line.index, "allowed": line.allowed,
        "proof": siblings,
    }  # fmt: skip
    words = f"{line.account} is line {line.index} and may buy {amount(line.allowed, 'token')}"
    return Report("allowlist", words, details)


def check(project: Project, file: Path) -> Report:
    """Whether phases of the sale on the chain sell by just this list, and how many tokens it lets them sell."""
    from collection.chain.sale import SaleContract

    listed, publication = allowlist(file, project), publication_of(project)
    known = publication.deployment()
    companion = known_sale(project, known)
    root, tokens = "0x" + listed.root.hex(), sum(entry.allowed for entry in listed.entries)
    if companion is None:
        raise UsageError(f"{known.address} has no sale", "collection phase apply")
    with publication.chain() as chain:
        phases = SaleContract(chain, companion.address).phases()
    numbers = [number for number, terms in enumerate(phases) if terms.root == listed.root]
    short = [number for number in numbers if 0 < phases[number].supply < tokens]
    failures = [] if numbers else [Failure(file.name, f"no phase of {companion.address} has its root {root}")]
    notes = [f"phase {number} sells {phases[number].supply}, and the list allows {tokens}" for number in short]
    line = f"{amount(len(listed.entries), 'account')}, root {root}: phases {', '.join(map(str, numbers)) or 'none'}"
    hint = None if numbers else "collection phase apply"
    return Report("allowlist", line, {"root": root, "phases": numbers}, failures, bool(numbers), hint, notes)
