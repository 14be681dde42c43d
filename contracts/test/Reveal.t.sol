// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICollectionToken} from "../src/ICollectionToken.sol";
import {IRevealToken} from "../src/IRevealToken.sol";
import {RevealToken} from "../src/RevealToken.sol";
import {Test} from "./Test.sol";

/// The draw: when it may be asked for, what decides, and that each document is shown once.
contract Reveal is Test {
    uint256 private constant SUPPLY = 11;
    RevealToken private token;

    function setUp() public {
        vm.roll(1_000);
        vm.warp(5_000);
        token = new RevealToken(
            ICollectionToken.Settings("R", "R", address(this), SUPPLY, "m/", "", keccak256("set"), address(1), 0),
            IRevealToken.Hiding("hidden", 9_000)
        );
        token.mintBatch(address(this), 1, SUPPLY - 1);
    }

    /// A header in the form of Ethereum's, with fields of any length before the random number.
    function _header(bytes32 randao, uint64 number, bytes memory extra) private pure returns (bytes memory) {
        bytes memory fixed_ = abi.encodePacked(_word(1), _word(2), hex"94", address(3), _word(4), _word(5), _word(6));
        bytes memory bloom = abi.encodePacked(hex"b90100", new bytes(256), hex"80");
        bytes memory numbers = abi.encodePacked(hex"88", number, hex"84", uint32(30_000_000), hex"80", hex"7f");
        bytes memory rest = abi.encodePacked(
            extra.length == 0 ? bytes(hex"80") : abi.encodePacked(uint8(0x80 + extra.length), extra), _word(uint256(randao)), hex"88", bytes8(0)
        );
        bytes memory content = abi.encodePacked(fixed_, bloom, numbers, rest);
        return abi.encodePacked(hex"f9", uint16(content.length), content);
    }

    function _word(uint256 value) private pure returns (bytes memory) {
        return abi.encodePacked(hex"a0", value);
    }

    function _request() private returns (uint256 block_) {
        token.mintBatch(address(this), SUPPLY, 1);
        vm.prank(address(0xCAFE));
        token.requestDraw();
        block_ = token.drawBlock();
        check(block_ == block.number + 160, "the block lies ahead");
    }

    function testFuzz_theRandomNumberOfTheHeaderDecides(bytes32 randao, bytes32 extra, uint256 length, address caller)
        public
    {
        uint256 number = _request();
        bytes memory data = abi.encodePacked(extra);
        uint256 kept = within(length, 0, 32);
        if (kept == 1) kept = 0; // a single byte may be its own code
        assembly {
            mstore(data, kept)
        }
        bytes memory header = _header(randao, uint64(number) | 1 << 63, data);
        vm.roll(number + 1);
        vm.setBlockhash(number, keccak256(header));
        vm.prank(caller);
        token.reveal(header);
        uint256 offset = uint256(keccak256(abi.encode(randao, address(token), keccak256("set")))) % SUPPLY;
        check(token.offset() == offset && token.revealed(), "offset");
        bool[] memory shown = new bool[](SUPPLY + 1);
        for (uint256 id = 1; id <= SUPPLY; ++id) {
            uint256 document = token.documentOf(id);
            check(document >= 1 && document <= SUPPLY && !shown[document], "each document once");
            check(document == (id - 1 + offset) % SUPPLY + 1, "the document that the offset gives");
            shown[document] = true;
        }
        vm.expectRevert(IRevealToken.AlreadyRevealed.selector);
        token.reveal(header);
    }

    function testFuzz_noOtherHeaderIsTaken(bytes calldata forged) public {
        uint256 number = _request();
        bytes memory header = _header(bytes32(uint256(7)), uint64(number) | 1 << 63, "");
        vm.assume(keccak256(forged) != keccak256(header));
        vm.roll(number + 1);
        vm.setBlockhash(number, keccak256(header));
        vm.expectRevert(abi.encodeWithSelector(IRevealToken.WrongHeader.selector, number));
        token.reveal(forged);
    }

    function testFuzz_notBeforeAllAreMintedOrTheDeadlineIsOver(uint256 time) public {
        time = within(time, 5_000, 20_000);
        vm.warp(time);
        if (time < 9_000) {
            vm.expectRevert(abi.encodeWithSelector(IRevealToken.DrawTooEarly.selector, 1, 9_000));
            token.requestDraw();
        } else {
            token.requestDraw();
            check(token.drawBlock() > block.number, "block");
        }
    }

    /// Neither in its own block nor before is there anything to draw from, and it is replaced only when it is too late.
    function testFuzz_theBlockStaysWhileItCanBeUsed(uint256 later) public {
        uint256 number = _request();
        later = within(later, 1, 700);
        vm.roll(number - 160 + later);
        bool missed = block.number > number + 256;
        if (!missed) vm.expectRevert(abi.encodeWithSelector(IRevealToken.DrawPending.selector, number));
        token.requestDraw();
        check(token.drawBlock() == (missed ? block.number + 160 : number), "block");
        if (block.number <= number || missed) {
            vm.expectRevert(abi.encodeWithSelector(IRevealToken.DrawBlockUnknown.selector, token.drawBlock()));
            token.reveal("");
        }
    }

    function test_theSetCannotBeExchanged() public {
        check(token.metadataFrozen(), "frozen from the start");
        vm.expectRevert(ICollectionToken.MetadataLocked.selector);
        token.setBaseURI("other/");
        check(keccak256(bytes(token.tokenURI(1))) == keccak256("hidden"), "placeholder");
        check(token.supportsInterface(type(IRevealToken).interfaceId), "interface");
        check(token.supportsInterface(type(ICollectionToken).interfaceId), "interface of the base");
    }
}
