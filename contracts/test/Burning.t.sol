// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {BurnableToken} from "../src/BurnableToken.sol";
import {ICollectionToken} from "../src/ICollectionToken.sol";
import {IBurnableToken} from "../src/IBurnableToken.sol";
import {EveryWay} from "./EveryWay.sol";

/// Burning, for each kind of token that there is: of a closed run, of a list, minted alone, of the open run, and moved.
contract Burning is EveryWay, IERC721Errors {
    BurnableToken private token;

    function setUp() public {
        token = new BurnableToken(
            ICollectionToken.Settings("B", "B", address(this), 100, "ipfs://m/", "", bytes32(0), ANNA, 500)
        );
        mintEveryWay(token);
    }

    function testFuzz_ownerApprovedAndOperatorMayBurn(uint256 seed, uint256 way) public {
        uint256 id = within(seed, 1, LAST);
        address owner = token.ownerOf(id);
        address burner = way % 3 == 0 ? owner : address(0xBEEF);
        vm.prank(owner);
        if (way % 3 == 1) token.approve(burner, id);
        else token.setApprovalForAll(burner, way % 3 == 2);
        uint256 before = token.balanceOf(owner);
        vm.prank(burner);
        token.burn(id);
        check(token.burned(id) && token.totalBurned() == 1, "burned");
        check(token.balanceOf(owner) == before - 1, "balance");
        check(token.totalSupply() == LAST && token.nextTokenId() == LAST + 1, "what was minted stays");
    }

    function testFuzz_nobodyElseMayBurn(uint256 seed, address caller) public {
        uint256 id = within(seed, 1, LAST);
        vm.assume(caller != token.ownerOf(id) && caller != address(0));
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(ERC721InsufficientApproval.selector, caller, id));
        token.burn(id);
        check(!token.burned(id), "burned");
    }

    /// Neither as its run's nor as anybody's; and no other token goes with it.
    function testFuzz_aBurnedTokenStaysBurned(uint256 seed, address to) public {
        vm.assume(to != address(0));
        uint256 id = within(seed, 1, LAST);
        address[] memory owners = new address[](LAST + 1);
        for (uint256 each = 1; each <= LAST; ++each) owners[each] = token.ownerOf(each);
        vm.prank(owners[id]);
        token.burn(id);
        bytes memory gone = abi.encodeWithSelector(ERC721NonexistentToken.selector, id);
        vm.expectRevert(gone);
        token.ownerOf(id);
        vm.expectRevert(gone);
        token.tokenURI(id);
        vm.expectRevert(gone);
        token.getApproved(id);
        vm.prank(owners[id]);
        vm.expectRevert(gone);
        token.approve(to, id);
        vm.prank(owners[id]);
        vm.expectRevert(gone);
        token.transferFrom(owners[id], to, id);
        vm.prank(owners[id]);
        vm.expectRevert(gone);
        token.safeTransferFrom(owners[id], to, id);
        vm.prank(owners[id]);
        vm.expectRevert(gone);
        token.burn(id);
        for (uint256 each = 1; each <= LAST; ++each) {
            if (each != id) check(token.ownerOf(each) == owners[each], "another went with it");
        }
    }

    function testFuzz_anIdIsNeverMintedAgain(uint256 seed, uint256 quantity) public {
        uint256 id = within(seed, 1, LAST);
        vm.prank(token.ownerOf(id));
        token.burn(id);
        vm.expectRevert(abi.encodeWithSelector(ICollectionToken.UnexpectedTokenId.selector, LAST + 1, id));
        token.mintBatch(CLEO, id, 1);
        quantity = within(quantity, 1, 100 - LAST);
        token.mintBatch(CLEO, LAST + 1, quantity);
        check(token.ownerOf(LAST + quantity) == CLEO && token.burned(id), "the next ids are minted");
        // A burned token makes no room under the cap.
        vm.expectRevert(
            abi.encodeWithSelector(ICollectionToken.SupplyCapExceeded.selector, 100 - LAST - quantity, 101 - LAST - quantity)
        );
        token.mintBatch(CLEO, LAST + quantity + 1, 101 - LAST - quantity);
    }

    function testFuzz_whatWasNeverMintedCannotBeBurned(uint256 id) public {
        if (id > 0 && id <= LAST) id += LAST;
        vm.expectRevert(abi.encodeWithSelector(ERC721NonexistentToken.selector, id));
        token.burn(id);
        check(!token.burned(id) && token.totalBurned() == 0, "burned");
    }

    function test_ownershipIsRenouncedAlthoughTokensWereBurned() public {
        vm.prank(CLEO);
        token.burn(5);
        token.mintBatch(ANNA, LAST + 1, 100 - LAST);
        token.freezeMetadata();
        token.renounceOwnership();
        check(token.owner() == address(0), "owner");
    }

    function test_interfaces() public view {
        check(token.supportsInterface(type(IBurnableToken).interfaceId), "IBurnableToken");
        check(token.supportsInterface(type(ICollectionToken).interfaceId), "ICollectionToken");
        check(token.supportsInterface(0x80ac58cd) && token.supportsInterface(0x49064906), "ERC-721, ERC-4906");
        check(token.supportsInterface(0x2a55205a) && token.supportsInterface(0x5b5e139f), "ERC-2981, metadata");
        check(!token.supportsInterface(0xffffffff) && !token.supportsInterface(0xad0d7f6c), "what it has not");
    }
}
