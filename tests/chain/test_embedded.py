"""The chain that is a file: it lasts, it belongs to one process, and a kill takes at most the block in hand."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collection.chain.compiled import artifact
from collection.chain.embedded import BlockTable
from collection.errors import ChainError

# The first three accounts of the mnemonic that Anvil and Hardhat start with, as their documentation lists them.
WELL_KNOWN = [
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
]

ENDLESS_TRANSFERS = """
import sys
from pathlib import Path
from collection.chain.connection import open_chain
from collection.chain.networks import find_network
with open_chain(find_network("embedded"), Path(sys.argv[1])) as chain:
    giver, taker = chain.web3.eth.accounts[:2]
    while True:
        chain.web3.eth.send_transaction({"from": giver, "to": taker, "value": 1})
        print(chain.web3.eth.block_number, flush=True)
"""


def pay(chain, value=1):
    giver, taker = chain.web3.eth.accounts[:2]
    sent = chain.web3.eth.send_transaction({"from": giver, "to": taker, "value": value})
    return chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)


def test_accounts_are_the_well_known_ones(embedded):
    with embedded.open() as chain:
        assert chain.web3.eth.accounts[:3] == WELL_KNOWN


def test_the_chain_is_there_again(embedded):
    with embedded.open() as chain:
        receipt = pay(chain, 5)
        genesis = chain.web3.eth.get_block(0)["hash"]
    with embedded.open() as chain:
        web3 = chain.web3
        assert web3.eth.block_number == 1
        assert web3.eth.get_block(0)["hash"] == genesis
        assert web3.eth.get_transaction_receipt(receipt["transactionHash"]) == receipt
        assert web3.eth.get_transaction_count(WELL_KNOWN[0]) == 1
        assert web3.eth.get_balance(WELL_KNOWN[1]) == 10**24 + 5
        assert pay(chain)["blockNumber"] == 2


def test_blocks_are_dated_by_the_clock_and_in_order(embedded):
    start = int(time.time())
    dates = []
    for _ in range(2):
        with embedded.open() as chain:
            for _ in range(3):
                pay(chain)
            blocks = [chain.web3.eth.get_block(number) for number in range(chain.web3.eth.block_number + 1)]
            dates = [block["timestamp"] for block in blocks]
    assert dates == sorted(set(dates))
    # Blocks of the same second are dated one second apart, so the last may run ahead by as many.
    assert start <= dates[0] <= dates[-1] <= int(time.time()) + len(dates)


def test_a_block_is_dated_when_it_is_made_not_when_its_parent_was(embedded, monkeypatch):
    from eth._utils import headers

    with embedded.open() as chain:
        pay(chain)
        later = int(time.time()) + 86_400
        monkeypatch.setattr(headers, "eth_now", lambda: later)
        number = pay(chain)["blockNumber"]
        assert chain.web3.eth.get_block(number)["timestamp"] == later


def test_a_second_process_is_refused_while_the_first_is_at_work(embedded):
    with embedded.open() as chain:
        child = subprocess.run(
            [sys.executable, "-c", ENDLESS_TRANSFERS, str(embedded.folder)], capture_output=True, text=True, check=False
        )
        assert "ChainError" in child.stderr
        assert "in use by another command" in child.stderr
        assert pay(chain)["status"] == 1
    with embedded.open() as chain:
        assert chain.web3.eth.block_number == 1


def test_what_was_not_committed_is_gone(tmp_path):
    path = tmp_path / "chain.db"
    table = BlockTable(path)
    table[b"kept"] = b"1"
    table.commit()
    table[b"lost"] = b"2"
    del table[b"kept"]
    assert b"lost" in table
    assert b"kept" not in table
    table.close()
    table = BlockTable(path)
    assert b"lost" not in table
    assert table[b"kept"] == b"1"
    del table[b"kept"]
    table.commit()
    assert table.empty
    table.close()


def test_a_commit_is_whole_or_nothing(tmp_path):
    table = BlockTable(tmp_path / "chain.db")
    table[b"first"] = b"1"
    table[object()] = b"SQLite cannot keep this key"
    with pytest.raises(sqlite3.Error):
        table.commit()
    table.close()
    table = BlockTable(tmp_path / "chain.db")
    assert table.empty
    table.close()


@pytest.mark.parametrize("content", [b"not a database, but long enough to look at it" * 50, None])
def test_a_damaged_file_is_named(embedded, content):
    path = embedded.folder / "chain.db"
    with embedded.open() as chain:
        pay(chain)
    if content is None:
        with sqlite3.connect(path) as connection:
            connection.execute("DELETE FROM block_data WHERE key IN (SELECT key FROM block_data LIMIT 20)")
        connection.close()
    else:
        path.write_bytes(content)
    with pytest.raises(ChainError, match=r"chain\.db") as caught:
        embedded.open()
    assert "move chain.db away" in caught.value.hint


@pytest.mark.parametrize("seed", range(4))
def test_a_kill_at_any_moment_leaves_whole_blocks(begin, embedded, seed):
    child = begin(embedded.folder, program=ENDLESS_TRANSFERS)
    told = int(child.out.readline())
    time.sleep(random.Random(seed).uniform(0, 0.2))
    rest = child.end().splitlines()
    told = int(rest[-1]) if rest and rest[-1] else told
    with embedded.open() as chain:
        web3, head = chain.web3, chain.web3.eth.block_number
        assert head in {told, told + 1}
        assert web3.eth.get_transaction_count(WELL_KNOWN[0]) == head
        assert web3.eth.get_balance(WELL_KNOWN[1]) == 10**24 + head
        for number in range(1, head + 1):
            block = web3.eth.get_block(number)
            assert block["parentHash"] == web3.eth.get_block(number - 1)["hash"]
            assert len(block["transactions"]) == 1
        assert pay(chain)["blockNumber"] == head + 1
    with sqlite3.connect(Path(embedded.folder) / "chain.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_the_gas_that_is_estimated_is_enough_and_little_more(embedded, make_project, tmp_path, first_account):
    project = make_project(tmp_path, 3)
    with embedded.open() as chain:
        account, web3, code = first_account(chain), chain.web3, artifact()
        told = {"from": account.address}

        def send(call):
            gas = call.estimate_gas(told)
            sent = web3.eth.wait_for_transaction_receipt(call.transact({**told, "gas": gas}), poll_latency=0.01)
            assert sent["status"] == 1
            assert sent["gasUsed"] <= gas <= 1.03 * sent["gasUsed"]
            return sent["contractAddress"]

        assert web3.eth.estimate_gas({**told, "to": WELL_KNOWN[1], "value": 1}) == 21_000
        made = web3.eth.contract(abi=code.abi, bytecode=code.bytecode).constructor(
            project.settings(account).as_argument()
        )
        token = web3.eth.contract(address=send(made), abi=code.abi).functions
        send(token.mintBatch(account.address, 1, 1))
        send(token.airdrop(2, [WELL_KNOWN[1], WELL_KNOWN[2]]))  # which makes a contract
        with pytest.raises(ChainError, match="the contract refused: SupplyCapExceeded"), chain.translated(code.abi):
            token.mintBatch(account.address, 4, 1).estimate_gas(told)
