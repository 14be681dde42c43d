// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {CollectionToken} from "../src/CollectionToken.sol";
import {ICollectionToken} from "../src/ICollectionToken.sol";
import {IERC721Runs} from "../src/ERC721Runs.sol";
import {EveryWay} from "./EveryWay.sol";

contract Mute {}

/// The public list of ERC-721 properties (crytic/properties), in our own words, for each kind of token that there is:
/// of a closed run, of the open run, of a list, minted alone, and moved before. Nothing can be burned here: the properties of
/// burning are in `Burning`.
contract TokenProperties is EveryWay, IERC721Errors {
    CollectionToken private token;

    function setUp() public {
        token = new CollectionToken(
            ICollectionToken.Settings("P", "P", address(this), 100, "ipfs://m/", "", bytes32(0), ANNA, 500)
        );
        mintEveryWay(token);
    }

    function any(uint256 seed) private view returns (uint256 id, address owner) {
        id = within(seed, 1, LAST);
        owner = token.ownerOf(id);
    }

    function testFuzz_transferResetsApprovalAndUpdatesOwnerAndBalances(uint256 seed, address to) public {
        (uint256 id, address owner) = any(seed);
        vm.assume(to != address(0) && to != owner);
        (uint256 before, uint256 theirs) = (token.balanceOf(owner), token.balanceOf(to));
        vm.prank(owner);
        token.approve(BEN, id);
        vm.prank(owner);
        token.transferFrom(owner, to, id);
        check(token.getApproved(id) == address(0), "approval stays");
        check(token.ownerOf(id) == to, "owner");
        check(token.balanceOf(owner) == before - 1 && token.balanceOf(to) == theirs + 1, "balances");
        check(token.totalSupply() == LAST, "supply");
        // No neighbour moves with it.
        if (id > 1) check(token.ownerOf(id - 1) != address(0), "neighbour");
    }

    function testFuzz_neighboursStay(uint256 seed) public {
        (uint256 id, address owner) = any(seed);
        address[] memory owners = new address[](LAST + 1);
        for (uint256 each = 1; each <= LAST; ++each) owners[each] = token.ownerOf(each);
        vm.prank(owner);
        token.transferFrom(owner, address(0xD00D), id);
        for (uint256 each = 1; each <= LAST; ++each) {
            check(token.ownerOf(each) == (each == id ? address(0xD00D) : owners[each]), "owner of another");
        }
    }

    function testFuzz_transferToSelfKeepsTheBooksAndResetsApproval(uint256 seed) public {
        (uint256 id, address owner) = any(seed);
        uint256 before = token.balanceOf(owner);
        vm.prank(owner);
        token.approve(CLEO, id);
        vm.prank(owner);
        token.transferFrom(owner, owner, id);
        check(token.ownerOf(id) == owner && token.balanceOf(owner) == before, "books");
        check(token.getApproved(id) == address(0), "approval stays");
    }

    function testFuzz_idsThatDoNotExistHaveNoOwnerAndTakeNoApproval(uint256 id) public {
        id = id == 0 ? 0 : within(id, LAST + 1, type(uint256).max - 1);
        bytes memory missing = abi.encodeWithSelector(ERC721NonexistentToken.selector, id);
        vm.expectRevert(missing);
        token.ownerOf(id);
        vm.expectRevert(missing);
        token.getApproved(id);
        vm.expectRevert(missing);
        token.tokenURI(id);
        vm.expectRevert(missing);
        token.approve(ANNA, id);
        vm.expectRevert(missing);
        token.transferFrom(ANNA, BEN, id);
    }

    function test_balanceOfNobodyIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ERC721InvalidOwner.selector, address(0)));
        token.balanceOf(address(0));
    }

    function testFuzz_whoIsNotAllowedMovesNothing(uint256 seed, address caller) public {
        (uint256 id, address owner) = any(seed);
        vm.assume(caller != owner && caller != address(0));
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(ERC721InsufficientApproval.selector, caller, id));
        token.transferFrom(owner, caller, id);
    }

    function testFuzz_operatorAndApprovedMoveIt(uint256 seed, address caller, bool all) public {
        (uint256 id, address owner) = any(seed);
        vm.assume(caller != owner && caller != address(0));
        vm.prank(owner);
        if (all) token.setApprovalForAll(caller, true);
        else token.approve(caller, id);
        vm.prank(caller);
        token.transferFrom(owner, caller, id);
        check(token.ownerOf(id) == caller, "owner");
    }

    function testFuzz_neitherFromNobodyNorFromAnotherNorToNobody(uint256 seed, address other) public {
        (uint256 id, address owner) = any(seed);
        vm.assume(other != owner);
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(ERC721IncorrectOwner.selector, address(0), id, owner));
        token.transferFrom(address(0), BEN, id);
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(ERC721IncorrectOwner.selector, other, id, owner));
        token.transferFrom(other, BEN, id);
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(ERC721InvalidReceiver.selector, address(0)));
        token.transferFrom(owner, address(0), id);
    }

    function testFuzz_aContractThatCannotReceiveGetsNothingSafely(uint256 seed) public {
        (uint256 id, address owner) = any(seed);
        address mute = address(new Mute());
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(ERC721InvalidReceiver.selector, mute));
        token.safeTransferFrom(owner, mute, id);
    }

    function testFuzz_mintIncreasesSupplyAndGivesFreshIds(address to, uint256 quantity) public {
        vm.assume(to != address(0));
        quantity = within(quantity, 1, 100 - LAST);
        uint256 before = token.balanceOf(to);
        token.mintBatch(to, LAST + 1, quantity);
        check(token.totalSupply() == LAST + quantity && token.balanceOf(to) == before + quantity, "books");
        for (uint256 id = LAST + 1; id <= LAST + quantity; ++id) check(token.ownerOf(id) == to, "owner");
        vm.expectRevert(
            abi.encodeWithSelector(ICollectionToken.UnexpectedTokenId.selector, LAST + quantity + 1, LAST + 1)
        );
        token.mintBatch(to, LAST + 1, quantity);
    }

    function testFuzz_neverMoreThanTheCap(uint256 quantity) public {
        quantity = within(quantity, 101 - LAST, type(uint256).max - 1);
        vm.expectRevert(abi.encodeWithSelector(ICollectionToken.SupplyCapExceeded.selector, 100 - LAST, quantity));
        token.mintBatch(ANNA, LAST + 1, quantity);
    }

    function test_neitherNothingNorToNobodyIsMinted() public {
        vm.expectRevert(IERC721Runs.EmptyBatch.selector);
        token.mintBatch(ANNA, LAST + 1, 0);
        vm.expectRevert(abi.encodeWithSelector(ERC721InvalidReceiver.selector, address(0)));
        token.mintBatch(address(0), LAST + 1, 2);
        vm.expectRevert(abi.encodeWithSelector(ERC721InvalidReceiver.selector, address(0)));
        token.airdrop(LAST + 1, new address[](2));
    }

    /// The list of owners is the code of a contract; a run that is minted to its address must not extend the list.
    function test_aRunToTheAddressOfAListIsARun() public {
        address list = vm.computeCreateAddress(address(token), 1);
        check(list.code.length == 1 + 6 * 20, "that is the list");
        address[] memory owners = new address[](2);
        (owners[0], owners[1]) = (BEN, CLEO);
        address second = vm.computeCreateAddress(address(token), 2);
        token.airdrop(LAST + 1, owners);
        token.mintBatch(second, LAST + 3, 4);
        for (uint256 id = LAST + 3; id <= LAST + 6; ++id) check(token.ownerOf(id) == second, "owner");
        check(token.ownerOf(LAST + 1) == BEN && token.ownerOf(LAST + 2) == CLEO, "the list");
    }

    function testFuzz_whatIsFrozenStays(address caller, string calldata uri) public {
        token.freezeMetadata();
        vm.expectRevert(ICollectionToken.MetadataLocked.selector);
        token.setBaseURI(uri);
        vm.expectRevert(ICollectionToken.MetadataLocked.selector);
        token.setContractURI(uri);
        vm.assume(caller != address(this));
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        token.setBaseURI(uri);
    }

    function testFuzz_royaltyIsItsShareOfAnyPrice(uint256 id, uint128 price) public view {
        (address receiver, uint256 amount) = token.royaltyInfo(id, price);
        check(receiver == ANNA && amount == uint256(price) * 500 / 10_000, "royalty");
    }

    function test_ownershipIsRenouncedOnlyWhenAllIsDone() public {
        vm.expectRevert(ICollectionToken.OwnershipStillNeeded.selector);
        token.renounceOwnership();
        token.mintBatch(ANNA, LAST + 1, 100 - LAST);
        vm.expectRevert(ICollectionToken.OwnershipStillNeeded.selector);
        token.renounceOwnership();
        token.freezeMetadata();
        token.renounceOwnership();
        check(token.owner() == address(0), "owner");
    }
}
