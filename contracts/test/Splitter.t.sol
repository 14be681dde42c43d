// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {ISplitter} from "../src/ISplitter.sol";
import {Splitter} from "../src/Splitter.sol";
import {InvariantTest, Test} from "./Test.sol";

contract Coin is ERC20("Coin", "COIN") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// A payee that asks for its part again while it is paid, and refuses payments when told.
contract Greedy {
    bool public refuses;

    function refuse(bool whether) external {
        refuses = whether;
    }

    receive() external payable {
        require(!refuses, "refused");
        try Splitter(payable(msg.sender)).release(address(this), address(0)) {
            revert("paid twice");
        } catch {}
    }
}

/// Pays in and out at random, in two currencies.
contract SplitterHandler is Test {
    Splitter public immutable splitter;
    Coin public immutable coin = new Coin();
    Greedy public immutable greedy = new Greedy();
    address[] public accounts;
    uint256[3] public shares = [60_000_000, 33_333_333, 6_666_667];
    mapping(address currency => uint256) public received;

    constructor() {
        accounts = [address(0xA001), address(0xA002), address(greedy)];
        ISplitter.Payee[] memory payees = new ISplitter.Payee[](3);
        for (uint256 place = 0; place < 3; ++place) {
            payees[place] = ISplitter.Payee(accounts[place], uint96(shares[place]));
        }
        splitter = new Splitter(payees);
    }

    function pay(uint96 amount, bool inCoins) external {
        received[inCoins ? address(coin) : address(0)] += amount;
        if (inCoins) coin.mint(address(splitter), amount);
        else vm.deal(address(splitter), address(splitter).balance + amount);
    }

    function release(uint256 who, bool inCoins) external {
        address account = who % 5 == 4 ? address(0xBAD) : accounts[who % 3];
        address currency = inCoins ? address(coin) : address(0);
        uint256 due = splitter.due(account, currency);
        bool refusing = account == address(greedy) && greedy.refuses() && !inCoins;
        (bool done,) = address(splitter).call(abi.encodeCall(splitter.release, (account, currency)));
        check(done == (due > 0 && !refusing), "who is due is paid, and nobody else");
        check(splitter.due(account, currency) == (done ? 0 : due), "then nothing is due");
    }

    function refuse(bool whether) external {
        greedy.refuse(whether);
    }
}

/// Nobody gets more than their share, nothing is lost, and nobody holds up the others.
contract SplitterInvariants is InvariantTest {
    SplitterHandler private model;

    function setUp() public {
        model = new SplitterHandler();
        target = address(model);
    }

    function invariant_sharesAreKept() public view {
        _check(address(0));
        _check(address(model.coin()));
    }

    function _check(address currency) private view {
        Splitter splitter = model.splitter();
        Coin coin = model.coin();
        uint256 sum = 0;
        uint256 got = model.received(currency);
        for (uint256 place = 0; place < 3; ++place) {
            address account = model.accounts(place);
            uint256 earned = splitter.released(account, currency) + splitter.due(account, currency);
            check(earned == got * model.shares(place) / 100_000_000, "share");
            uint256 has = currency == address(0) ? account.balance : coin.balanceOf(account);
            check(has == splitter.released(account, currency), "paid what it says");
            sum += earned;
        }
        check(sum <= got && got - sum < 3, "less than one unit a payee stays behind");
        check(splitter.due(address(0xBAD), currency) == 0, "a stranger is due nothing");
    }
}

contract SplitterFuzz is Test {
    function testFuzz_anySharesAddUp(uint96[3] memory shares, uint96 amount) public {
        ISplitter.Payee[] memory payees = new ISplitter.Payee[](3);
        uint256 sum = 0;
        for (uint160 place = 0; place < 3; ++place) {
            if (shares[place] == 0) shares[place] = 1;
            payees[place] = ISplitter.Payee(address(0xA001 + place), shares[place]);
            sum += shares[place];
        }
        Splitter splitter = new Splitter(payees);
        check(splitter.totalShares() == sum, "sum");
        vm.deal(address(splitter), amount);
        uint256 paid = 0;
        for (uint256 place = 0; place < 3; ++place) {
            uint256 due = splitter.due(payees[place].account, address(0));
            check(due == uint256(amount) * shares[place] / sum, "share");
            if (due > 0) splitter.release(payees[place].account, address(0));
            check(payees[place].account.balance == due, "paid");
            paid += due;
        }
        check(amount - paid < 3, "rest");
    }

    function testFuzz_wrongPayeesAreRefused(address account) public {
        ISplitter.Payee[] memory payees = new ISplitter.Payee[](0);
        vm.expectRevert(ISplitter.NoPayees.selector);
        new Splitter(payees);
        payees = new ISplitter.Payee[](2);
        (payees[0], payees[1]) = (ISplitter.Payee(account, 1), ISplitter.Payee(account, 2));
        vm.expectRevert(abi.encodeWithSelector(ISplitter.InvalidPayee.selector, account));
        new Splitter(payees);
        payees[1] = ISplitter.Payee(address(uint160(account) ^ 1), 0);
        vm.expectPartialRevert(ISplitter.InvalidPayee.selector);
        new Splitter(payees);
    }
}
