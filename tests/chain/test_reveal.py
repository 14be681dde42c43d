"""The delayed reveal on every chain: hidden, drawn from a block, proven; and what nobody can steer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collection.chain import deploy, mint
from collection.chain.block_header import header_of
from collection.chain.compiled import artifact
from collection.chain.contract import TokenContract
from collection.chain.networks import find_network
from collection.chain.reveal import (
    Hiding,
    RevealContract,
    document_of,
    draw,
    expected_uris,
    offset_of,
    token_of,
    weakness_of,
)  # fmt: skip
from collection.chain.token_kind import TokenKind
from collection.errors import ChainError

HIDING = Hiding("ipfs://placeholder", 2**40)
TOKENS = 7


@pytest.fixture
def project(make_project, tmp_path, request):
    return make_project(tmp_path, TOKENS, name=request.node.name)


@pytest.fixture
def hidden(project, chain, account, royalties):
    """A contract that hides the set, fully minted; returns its address."""
    report = deploy.deploy(project.store, chain, account, project.settings(account), TokenKind(HIDING))
    mint.mint(project.store, chain, account, royalties)
    return report.address


def test_the_placeholder_then_the_drawn_document(project, chain, account, hidden, prove):
    contract = TokenContract(chain, hidden, artifact("RevealToken"))
    ids = [token.token_id for token in project.store.tokens()]
    assert contract.is_genuine() and contract.metadata_frozen() and offset_of(contract) is None
    assert set(contract.token_uris(ids).values()) == {HIDING.placeholder_uri}
    assert prove(project, chain).findings == ()
    done = draw(chain, account, hidden)
    assert done.offset is not None and done.missing == 0 and done.block >= 160
    assert draw(chain, account, hidden) == replace(done, gas=0), "the offset stays"
    base = f"ipfs://{project.freeze.metadata_cid}/"
    uris = contract.token_uris(ids)
    assert uris == expected_uris(contract, base, ids)
    assert uris[1] == f"{base}{done.offset + 1}.json"
    assert sorted(uris.values()) == sorted(f"{base}{number}.json" for number in ids), "each document once"
    report = prove(project, chain)
    assert (report.findings, report.proven) == ((), TOKENS)


class TestEmbedded:
    """What does not depend on the chain is tried on one."""

    @pytest.fixture
    def chain(self, embedded_chain):
        return embedded_chain

    def test_nothing_is_drawn_while_tokens_are_left(self, project, chain, account, royalties):
        address = deploy.deploy(project.store, chain, account, project.settings(account), TokenKind(HIDING)).address
        mint.mint(project.store, chain, account, royalties, last=TOKENS - 1)
        with pytest.raises(ChainError, match=r"DrawTooEarly\(left 1, deadline 1099511627776\)"):
            draw(chain, account, address)

    def test_after_the_deadline_anybody_has_it_drawn(self, project, chain, account):
        past = Hiding("ipfs://placeholder", 1)
        address = deploy.deploy(project.store, chain, account, project.settings(account), TokenKind(past)).address
        stranger = chain.web3.eth.accounts[5]
        contract = chain.web3.eth.contract(address=address, abi=artifact("RevealToken").abi)
        contract.functions.requestDraw().transact({"from": stranger})
        assert RevealContract(chain, address).draw_block() > 0

    def test_only_the_header_of_the_fixed_block_is_taken(self, chain, account, hidden):
        contract = RevealContract(chain, hidden)
        with pytest.raises(ChainError, match="DrawBlockUnknown"):
            contract.carry_out(account, "reveal", b"")
        contract.carry_out(account, "requestDraw")
        block = contract.draw_block()
        with pytest.raises(ChainError, match="DrawPending"):
            contract.carry_out(account, "requestDraw")
        with pytest.raises(ChainError, match="DrawBlockUnknown"):
            contract.carry_out(account, "reveal", header_of(chain, chain.web3.eth.block_number))
        while chain.web3.eth.block_number <= block:
            chain.web3.provider.make_request("evm_mine", [])
        for wrong in (header_of(chain, block + 1), header_of(chain, block - 1), header_of(chain, block) + b"\0", b""):
            with pytest.raises(ChainError, match="WrongHeader"):
                contract.carry_out(account, "reveal", wrong)
        done = draw(chain, account, hidden)
        randao = bytes(chain.web3.eth.get_block(block)["mixHash"])
        assert done.offset == offset_by_hand(chain, hidden, randao)
        with pytest.raises(ChainError, match="AlreadyRevealed"):
            contract.carry_out(account, "requestDraw")

    def test_the_owner_cannot_exchange_the_set(self, chain, account, hidden):
        abi = artifact("RevealToken").abi
        contract = chain.web3.eth.contract(address=hidden, abi=abi)
        with pytest.raises(ChainError, match="MetadataLocked"), chain.translated(abi):
            contract.functions.setBaseURI("ipfs://other/").transact({"from": account.address})

    def test_verify_names_what_is_wrong(self, project, chain, account, hidden, prove):
        draw(chain, account, hidden)
        contract = TokenContract(chain, hidden, artifact("RevealToken"))
        offset = offset_of(contract)
        document = project.store.tokens()[2]
        uri = f"ipfs://{project.freeze.metadata_cid}/{document.token_id}.json"
        project.content[uri] += b" "
        found = prove(project, chain)
        assert [finding.token_id for finding in found.findings] == [token_of(3, offset, TOKENS)]
        report = prove(project, chain, settings={"placeholder_uri": "ipfs://another"})
        assert "reveal" in {finding.what for finding in report.findings}


def offset_by_hand(chain, address, randao):
    """The rule of the contract, in Python."""
    from eth_abi.abi import encode
    from eth_utils.crypto import keccak

    provenance = bytes.fromhex(TokenContract(chain, address, artifact("RevealToken")).provenance())
    return (
        int.from_bytes(keccak(encode(["bytes32", "address", "bytes32"], [randao, address, provenance])), "big") % TOKENS
    )


@pytest.mark.parametrize("offset", range(5))
def test_tokens_and_documents_are_each_others_inverse(offset):
    assert [token_of(document_of(number, offset, 5), offset, 5) for number in range(1, 6)] == [1, 2, 3, 4, 5]
    assert document_of(1, offset, 5) == offset + 1


@pytest.mark.parametrize(
    ("network", "word"),
    [
        ("sepolia", None), ("ethereum-mainnet", None), ("gnosis-mainnet", None), ("arbitrum-mainnet", "prevrandao"),
        ("base-sepolia", "operators"), ("polygon-mainnet", "operators"), ("embedded", "this machine"),
        ("custom:4711", "nothing is known"),
    ],
)  # fmt: skip
def test_networks_where_a_draw_is_weak_are_named(network, word):
    told = weakness_of(find_network(network))
    assert told is None if word is None else word in told
