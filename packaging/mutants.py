"""Whether the tests of the contracts see a fault: each mutant changes one line of a contract, and a test must fail.

    python packaging/mutants.py [WORD ...]    # only those mutants whose file or place contains a WORD

Takes some minutes; it is no part of the suite. Exit code 1 where a mutant survives or does not compile. The tests are
those of contracts/test, by the forge of contracts/package.json (`sh packaging/node-tools.sh contracts`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

CONTRACTS = Path(__file__).resolve().parents[1] / "contracts"
QUICKLY = {"FOUNDRY_OPTIMIZER": "false", "FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT": "0", "FOUNDRY_INVARIANT_RUNS": "8"}
"""What forge is told so that a mutant is compiled and judged sooner; neither changes what is a fault."""


@dataclass(frozen=True)
class Mutant:
    """One fault: `before`, which stands in the file once, becomes `after`; tests whose file begins so must see it."""

    file: str
    before: str
    after: str
    tests: str


def _mutants(file: str, tests: str, *changes: tuple[str, str]) -> list[Mutant]:
    return [Mutant(f"{file}.sol", before, after, tests) for before, after in changes]


MUTANTS = [
    *_mutants(
        "ERC721Runs", "Token",
        ("if (open.holder != to || open.listed) _begin", "if (open.holder != to) _begin"),
        ("_closed[middle].first <= tokenId", "_closed[middle].first < tokenId"),
        ("while (high - low > 1)", "while (high - low > 2)"),
        ("if (tokenId >= open.next) return", "if (tokenId > open.next) return"),
        ("if (tokenId >= open.first) return", "if (tokenId > open.first) return"),
        ("_increaseBalance(to, uint128(quantity));", ""),
        ("_increaseBalance(to, 1);", ""),
        ("let end := add(tokenId, quantity)", "let end := add(tokenId, sub(quantity, 1))"),
        ("sub(tokenId, first)))", "sub(tokenId, 11)))"),
        ("++open.closed;", ""),
    ),
    *_mutants(
        "CollectionToken", "Token",
        ("mintBatch(address to, uint256 firstTokenId, uint256 quantity) external onlyOwner",
         "mintBatch(address to, uint256 firstTokenId, uint256 quantity) external"),
        ("if (firstTokenId != expected)", "if (firstTokenId > expected)"),
        ("maxSupply + FIRST_TOKEN_ID - expected", "maxSupply + 2 - expected"),
        ("metadataFrozen = true;", ""),
        ("totalSupply() != maxSupply || !metadataFrozen", "totalSupply() != maxSupply && !metadataFrozen"),
        ("settings.royaltyBasisPoints)", "settings.royaltyBasisPoints / 2)"),
    ),
    *_mutants(
        "BurnableToken", "Burn",
        ("_burned.set(tokenId);", ""),
        ("++totalBurned;", ""),
        ("_update(address(0), tokenId, msg.sender)", "_update(address(0), tokenId, address(0))"),
        ("override(IERC721, ERC721) unburned(tokenId) {\n        super.approve",
         "override(IERC721, ERC721) {\n        super.approve"),
        ("view override unburned(tokenId) returns (string", "view override returns (string"),
        ("        override\n        unburned(tokenId)\n", "        override\n"),
    ),
    *_mutants(
        "TransferValidation", "Validation",
        ("from == address(0) || to == address(0) || validator", "to == address(0) || validator"),
        ("from == address(0) || to == address(0) || validator", "from == address(0) || validator"),
        (" || msg.sender == validator) return", ") return"),
        ("validateTransfer(msg.sender, from, to, tokenId)", "validateTransfer(from, msg.sender, to, tokenId)"),
        ("validator != address(0) && validator.code.length == 0", "false"),
        ("_validator = validator;", ""),
    ),
    *_mutants("ValidatedToken", "Validation", ("external onlyOwner", "external")),
    *_mutants("BurnableValidatedToken", "Validation", ("external onlyOwner", "external")),
    *_mutants(
        "Sale", "SaleLimits",
        ("_claimed[phase].set(index);", ""),
        ("_redeemed.set(nonce);", ""),
        ("bought[phase][msg.sender] = before + quantity;", "bought[phase][msg.sender] = quantity;"),
        ("if (quantity > allowed)", "if (quantity > allowed + 1)"),
        ("msg.value != price * quantity", "msg.value < price * quantity"),
        ("signer != owner()", "signer == address(0)"),
        ("block.timestamp >= terms.end", "block.timestamp > terms.end"),
        ("block.timestamp < terms.start ||", "block.timestamp + 1 < terms.start ||"),
        ("block.timestamp > voucher.deadline", "block.timestamp > voucher.deadline + 1"),
        ("function buy(uint256 phase, uint256 quantity) external payable whenNotPaused",
         "function buy(uint256 phase, uint256 quantity) external payable"),
        ("bytes calldata signature) external payable whenNotPaused", "bytes calldata signature) external payable"),
    ),
    *_mutants(
        "Sale", "Reentrancy",
        ("sold[phase] = before + quantity;\n        _sell(msg.sender, quantity, terms.price);",
         "_sell(msg.sender, quantity, terms.price);\n        sold[phase] = before + quantity;"),
    ),
    *_mutants(
        "RevealToken", "Reveal",
        ("left != 0 && block.timestamp < deadline", "false"),
        ("block.number <= pending + KNOWN_BLOCKS", "block.number < pending"),
        ("if (keccak256(header) != known)", "if (header.length == 0)"),
        ("RANDAO_FIELD = 13", "RANDAO_FIELD = 11"),
        ("FIRST_TOKEN_ID + _offset) % maxSupply", "FIRST_TOKEN_ID) % maxSupply"),
        ("metadataFrozen = true;", ""),
    ),
    *_mutants(
        "Editions", "Editions",
        ("if (supply != there)", "if (supply > there + 1)"),
        ("amount > copies - there", "amount > copies"),
        ("_closed = true;", ""),
        ("block.timestamp >= closesAt", "block.timestamp > closesAt"),
        ("id == 0 || id > images", "id == 0"),
    ),
    *_mutants(
        "Splitter", "Splitter",
        ("released[account][currency] += amount;", ""),
        ("_totalReleased[currency] += amount;", ""),
        ("if (!paid) revert PaymentRefused(account);", "if (!paid) return;"),
    ),
]  # fmt: skip


def main() -> int:
    """Try the mutants; print each with its fate."""
    words = sys.argv[1:]
    wanted = [each for each in MUTANTS if not words or any(word in each.file + each.before for word in words)]
    forge = next(CONTRACTS.glob("node_modules/@foundry-rs/forge-*/bin/forge"), None)
    if forge is None:
        print("forge is not here: sh packaging/node-tools.sh contracts; no mutant is tried")
        return 1
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "contracts"
        shutil.copytree(CONTRACTS, copy, ignore=shutil.ignore_patterns("node_modules"))
        (copy / "node_modules").symlink_to(CONTRACTS / "node_modules")
        failed = [mutant for mutant in wanted if not _dies(forge, copy, mutant)]
    print(f"{len(wanted) - len(failed)} of {len(wanted)} mutants die")
    return 1 if failed else 0


def _dies(forge: Path, folder: Path, mutant: Mutant) -> bool:
    source = folder / "src" / mutant.file
    text = source.read_text()
    if text.count(mutant.before) != 1:
        raise SystemExit(f"{mutant.file} does not contain once: {mutant.before}")
    source.write_text(text.replace(mutant.before, mutant.after))
    try:
        command = [str(forge), "test", "--json", "--match-path", f"test/{mutant.tests}*.t.sol"]
        told = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | QUICKLY
        )
    finally:
        source.write_text(text)
    failures = _failures(told.stdout)
    if failures is None:
        fate = f"does not compile: {told.stderr.strip()[-300:]}"
    else:
        fate = f"dies by {failures[0]}" if failures else "SURVIVES"
    before, after = (" ".join(text.split()) for text in (mutant.before, mutant.after))
    print(f"{mutant.file}: {before} -> {after or '(nothing)'}: {fate}", flush=True)
    return bool(failures)


def _failures(output: str) -> list[str] | None:
    """The tests that failed, by forge's JSON; None: there is none, because nothing was compiled."""
    for line in output.splitlines():
        if line.startswith('{"test/'):
            suites = json.loads(line).values()
            tests = [item for suite in suites for item in suite["test_results"].items()]
            return [name for name, result in tests if result["status"] == "Failure"]
    return None


if __name__ == "__main__":
    sys.exit(main())
