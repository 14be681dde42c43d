// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";

import {Editions} from "../src/Editions.sol";
import {IEditions} from "../src/IEditions.sol";
import {InvariantTest, Test} from "./Test.sol";

/// Mints, airdrops, transfers and closes at random, with a naive model beside it. It owns the editions.
contract EditionsHandler is Test, ERC1155Holder {
    Editions public immutable editions;
    address[] public actors = [address(0xA001), address(0xA002), address(0xA003)];
    mapping(address owner => mapping(uint256 id => uint256)) public balances;
    mapping(uint256 id => uint256) public supplies;
    uint256 public immutable copies;
    bool public closed;

    constructor(uint256 copies_) {
        copies = copies_;
        editions = new Editions(
            IEditions.Settings("E", "E", address(this), 3, copies_, 0, "m/", "c", bytes32("set"), address(1), 500)
        );
    }

    function _room(uint256 id, uint256 amount, bool late) private view returns (bool) {
        return !closed && !late && id >= 1 && id <= 3 && amount > 0 && (copies == 0 || supplies[id] + amount <= copies);
    }

    function _call(address sender, bytes memory data, bool expected) private returns (bool done) {
        vm.prank(sender);
        (done,) = address(editions).call(data);
        check(done == expected, expected ? "refused what the model allows" : "allowed what the model refuses");
    }

    function mint(uint256 to, uint256 id, uint256 amount, uint256 fault) external {
        (id, amount) = (id % 5, amount % 8);
        bool late = fault % 6 == 1;
        address sender = fault % 6 == 2 ? actors[0] : address(this);
        bytes memory data = abi.encodeCall(editions.mint, (actors[to % 3], id, supplies[id] + (late ? 1 : 0), amount));
        if (!_call(sender, data, sender == address(this) && _room(id, amount, late))) return;
        balances[actors[to % 3]][id] += amount;
        supplies[id] += amount;
    }

    function airdrop(uint256 id, uint256 seed) external {
        id = id % 5;
        address[] memory owners = new address[](seed % 5);
        for (uint256 place = 0; place < owners.length; ++place) owners[place] = actors[(seed >> (8 * place)) % 3];
        bytes memory data = abi.encodeCall(editions.airdrop, (id, supplies[id], owners));
        if (!_call(address(this), data, _room(id, owners.length, false))) return;
        for (uint256 place = 0; place < owners.length; ++place) ++balances[owners[place]][id];
        supplies[id] += owners.length;
    }

    function transfer(uint256 from, uint256 to, uint256 id, uint256 amount) external {
        (id, amount) = (within(id, 1, 3), amount % 6);
        (address giver, address taker) = (actors[from % 3], actors[to % 3]);
        bytes memory data = abi.encodeCall(editions.safeTransferFrom, (giver, taker, id, amount, ""));
        if (!_call(giver, data, balances[giver][id] >= amount)) return;
        balances[giver][id] -= amount;
        balances[taker][id] += amount;
    }

    function close(uint256 who) external {
        bool mine = who % 40 == 7;
        if (_call(mine ? address(this) : actors[1], abi.encodeCall(editions.close, ()), mine && !closed)) closed = true;
    }
}

abstract contract EditionsInvariants is InvariantTest {
    EditionsHandler internal model;

    function invariant_editionsAreTheirModel() public view {
        Editions editions = model.editions();
        for (uint256 id = 1; id <= 3; ++id) {
            uint256 sum = 0;
            for (uint256 place = 0; place < 3; ++place) {
                address actor = model.actors(place);
                check(editions.balanceOf(actor, id) == model.balances(actor, id), "balance");
                sum += editions.balanceOf(actor, id);
            }
            check(sum == editions.totalSupply(id) && sum == model.supplies(id), "supply");
            check(model.copies() == 0 || sum <= model.copies(), "limit");
        }
        check(editions.closed() == model.closed(), "closed");
    }
}

contract LimitedEditions is EditionsInvariants {
    function setUp() public {
        model = new EditionsHandler(12);
        target = address(model);
    }
}

contract OpenEditions is EditionsInvariants {
    function setUp() public {
        model = new EditionsHandler(0);
        target = address(model);
    }
}

contract EditionsFuzz is Test {
    function testFuzz_noCopyAfterTheMoment(uint256 time, uint256 closesAt) public {
        (time, closesAt) = (within(time, 1, 1 << 40), within(closesAt, 1, 1 << 40));
        Editions editions = new Editions(
            IEditions.Settings("E", "E", address(this), 1, 0, closesAt, "m/", "c", bytes32("set"), address(1), 500)
        );
        vm.warp(time);
        if (time >= closesAt) vm.expectRevert(IEditions.EditionsClosed.selector);
        editions.mint(address(0xA001), 1, 0, 5);
        check(editions.closed() == (time >= closesAt), "closed");
    }

    function testFuzz_urisAndRoyalties(uint256 id, uint128 price) public {
        Editions editions = new Editions(
            IEditions.Settings("E", "E", address(this), 9, 0, 0, "m/", "c", bytes32("set"), address(1), 500)
        );
        (address receiver, uint256 amount) = editions.royaltyInfo(id, price);
        check(receiver == address(1) && amount == uint256(price) * 500 / 10_000, "royalty");
        check(keccak256(bytes(editions.uri(7))) == keccak256("m/7.json"), "uri");
        id = id == 0 ? 0 : within(id, 10, type(uint256).max - 1);
        vm.expectRevert(abi.encodeWithSelector(IEditions.UnknownImage.selector, id));
        editions.uri(id);
        check(editions.supportsInterface(0xd9b67a26) && editions.supportsInterface(0x2a55205a), "interfaces");
    }
}
