// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {BurnableValidatedToken} from "../src/BurnableValidatedToken.sol";
import {CollectionToken} from "../src/CollectionToken.sol";
import {IBurnableToken} from "../src/IBurnableToken.sol";
import {ICollectionToken} from "../src/ICollectionToken.sol";
import {ICreatorToken, ITransferValidator} from "../src/ICreatorToken.sol";
import {ITransferValidation} from "../src/TransferValidation.sol";
import {ValidatedToken} from "../src/ValidatedToken.sol";
import {Test} from "./Test.sol";

/// Allows one transfer alone, and says what it was asked where it is another.
contract Strict is ITransferValidator {
    error Refused(address caller, address from, address to, uint256 tokenId);

    bytes32 private allowed;

    function allow(address caller, address from, address to, uint256 tokenId) external {
        allowed = keccak256(abi.encode(caller, from, to, tokenId));
    }

    function validateTransfer(address caller, address from, address to, uint256 tokenId) external view {
        bool known = keccak256(abi.encode(caller, from, to, tokenId)) == allowed;
        if (!known) revert Refused(caller, from, to, tokenId);
    }

    /// A transfer that the validator asks for itself.
    function move(CollectionToken token, address from, address to, uint256 tokenId) external {
        token.transferFrom(from, to, tokenId);
    }
}

/// Reverts without a word.
contract Silent {
    fallback() external {
        revert();
    }
}

/// Takes the next token while it is asked about one; it is approved for both.
contract Thief {
    CollectionToken public token;

    function aim(CollectionToken wanted) external {
        token = wanted;
    }

    function validateTransfer(address, address from, address, uint256 tokenId) external {
        token.transferFrom(from, address(this), tokenId + 1);
    }
}

/// A validator is asked before each transfer, and about nothing else; it may refuse, and do nothing besides.
abstract contract ValidationTest is Test {
    address internal constant ANNA = address(0xA001);
    address internal constant BEN = address(0xA002);
    uint256 internal constant LAST = 15;

    Strict internal strict;
    CollectionToken internal token;

    function _deploy(ICollectionToken.Settings memory settings, address validator)
        internal
        virtual
        returns (CollectionToken);

    function setUp() public {
        strict = new Strict();
        vm.expectEmit(vm.computeCreateAddress(address(this), 2));
        emit ICreatorToken.TransferValidatorUpdated(address(0), address(strict));
        token = _deploy(
            ICollectionToken.Settings("V", "V", address(this), 100, "ipfs://m/", "", bytes32(0), ANNA, 500),
            address(strict)
        );
        // No mint is asked about: the validator would refuse.
        token.mintBatch(ANNA, 1, 10);
        address[] memory owners = new address[](4);
        for (uint256 place = 0; place < 4; ++place) owners[place] = ANNA;
        token.airdrop(11, owners);
        token.mintBatch(ANNA, 15, 1);
    }

    function creator() internal view returns (ICreatorToken) {
        return ICreatorToken(address(token));
    }

    function testFuzz_theValidatorIsAskedWhoMovesWhatToWhom(uint256 seed, address operator, address to) public {
        vm.assume(to != address(0) && operator != address(0) && operator != address(strict));
        uint256 id = within(seed, 1, LAST);
        vm.prank(ANNA);
        token.setApprovalForAll(operator, true);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(Strict.Refused.selector, operator, ANNA, to, id));
        token.transferFrom(ANNA, to, id);
        strict.allow(operator, ANNA, to, id);
        vm.prank(operator);
        token.transferFrom(ANNA, to, id);
        check(token.ownerOf(id) == to, "owner");
    }

    function testFuzz_allowedIsNotApproved(uint256 seed, address caller) public {
        vm.assume(caller != ANNA && caller != address(0) && caller != address(strict));
        uint256 id = within(seed, 1, LAST);
        strict.allow(caller, ANNA, BEN, id);
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, caller, id));
        token.transferFrom(ANNA, BEN, id);
    }

    function testFuzz_itIsNotAskedAboutItsOwnTransfers(uint256 seed) public {
        uint256 id = within(seed, 1, LAST);
        vm.prank(ANNA);
        token.approve(address(strict), id);
        strict.move(token, ANNA, BEN, id);
        check(token.ownerOf(id) == BEN, "owner");
    }

    function test_oneThatRevertsWithoutAWordRefuses() public {
        creator().setTransferValidator(address(new Silent()));
        vm.prank(ANNA);
        vm.expectRevert(bytes(""));
        token.transferFrom(ANNA, BEN, 3);
        check(token.ownerOf(3) == ANNA, "owner");
    }

    function test_oneThatCallsBackChangesNothing() public {
        Thief thief = new Thief();
        thief.aim(token);
        creator().setTransferValidator(address(thief));
        vm.prank(ANNA);
        token.setApprovalForAll(address(thief), true);
        vm.prank(ANNA);
        (bool done,) = address(token).call(abi.encodeCall(token.transferFrom, (ANNA, BEN, 3)));
        check(!done && token.ownerOf(3) == ANNA && token.balanceOf(ANNA) == LAST, "it changed something");
    }

    function test_withoutAValidatorNothingIsRefused() public {
        vm.expectEmit(address(token));
        emit ICreatorToken.TransferValidatorUpdated(address(strict), address(0));
        creator().setTransferValidator(address(0));
        check(creator().getTransferValidator() == address(0), "validator");
        vm.prank(ANNA);
        token.transferFrom(ANNA, BEN, 3);
        check(token.ownerOf(3) == BEN, "owner");
    }

    function testFuzz_onlyTheOwnerNamesAValidator(address caller) public {
        vm.assume(caller != address(this));
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, caller));
        creator().setTransferValidator(address(0));
        check(creator().getTransferValidator() == address(strict), "validator");
    }

    function test_anAddressWithoutCodeIsNoValidator() public {
        vm.expectRevert(abi.encodeWithSelector(ITransferValidation.ValidatorWithoutCode.selector, BEN));
        creator().setTransferValidator(BEN);
    }

    function test_interfaces() public view {
        (bytes4 called, bool isView) = creator().getTransferValidationFunction();
        check(called == bytes4(keccak256("validateTransfer(address,address,address,uint256)")) && isView, "function");
        check(type(ICreatorToken).interfaceId == 0xad0d7f6c, "the id by which marketplaces ask");
        check(token.supportsInterface(0xad0d7f6c), "ICreatorToken");
        check(token.supportsInterface(type(ICollectionToken).interfaceId), "ICollectionToken");
        check(token.supportsInterface(0x80ac58cd) && token.supportsInterface(0x49064906), "ERC-721, ERC-4906");
        check(token.supportsInterface(0x2a55205a) && token.supportsInterface(0x5b5e139f), "ERC-2981, metadata");
        check(!token.supportsInterface(0xffffffff), "what no contract has");
    }
}

contract Validation is ValidationTest {
    function _deploy(ICollectionToken.Settings memory settings, address validator)
        internal
        override
        returns (CollectionToken)
    {
        return new ValidatedToken(settings, validator);
    }
}

contract ValidationAndBurning is ValidationTest {
    function _deploy(ICollectionToken.Settings memory settings, address validator)
        internal
        override
        returns (CollectionToken)
    {
        return new BurnableValidatedToken(settings, validator);
    }

    function testFuzz_burningIsNotAskedAboutAndABurnedTokenNeither(uint256 seed) public {
        uint256 id = within(seed, 1, LAST);
        BurnableValidatedToken both = BurnableValidatedToken(address(token));
        check(both.supportsInterface(type(IBurnableToken).interfaceId), "IBurnableToken");
        vm.prank(ANNA);
        both.burn(id);
        check(both.burned(id) && both.totalBurned() == 1, "burned");
        vm.prank(ANNA);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id));
        both.transferFrom(ANNA, BEN, id);
    }
}
