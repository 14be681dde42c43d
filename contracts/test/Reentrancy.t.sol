// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CollectionToken} from "../src/CollectionToken.sol";
import {ICollectionToken} from "../src/ICollectionToken.sol";
import {ISale} from "../src/ISale.sol";
import {Sale} from "../src/Sale.sol";
import {Test} from "./Test.sol";

/// A receiver that, each time it gets a token, makes a planned call, or sends the token on.
contract Receiver {
    address public target;
    bytes public again;
    uint256 public price;
    uint256 public left;
    uint256 public succeeded;
    address public forwardTo;

    function plan(address to, bytes calldata data, uint256 paid, uint256 times) external {
        (target, again, price, left) = (to, data, paid, times);
    }

    function forward(address to) external {
        forwardTo = to;
    }

    function act() external {
        _act();
    }

    function _act() private {
        (bool done,) = target.call{value: price}(again);
        if (done) ++succeeded;
    }

    function onERC721Received(address, address, uint256 id, bytes calldata) external returns (bytes4) {
        if (forwardTo != address(0)) CollectionToken(msg.sender == target ? _token() : msg.sender).transferFrom(
            address(this), forwardTo, id
        );
        if (left > 0) {
            --left;
            _act();
        }
        return this.onERC721Received.selector;
    }

    function _token() private view returns (address) {
        return address(Sale(target).token());
    }

    receive() external payable {}
}

/// Whoever is asked whether they take a token may call back: they get no more than anybody, and no book is wrong after.
contract Reentrancy is Test {
    CollectionToken private token;
    Sale private sale;
    Receiver private receiver;
    address private constant CLEO = address(0xA003);

    function setUp() public {
        token = new CollectionToken(
            ICollectionToken.Settings("R", "R", address(this), 50, "ipfs://m/", "", bytes32(0), CLEO, 500)
        );
        token.mintBatch(address(this), 1, 10);
        receiver = new Receiver();
        vm.deal(address(receiver), 1_000);
        ISale.Phase[] memory phases = new ISale.Phase[](2);
        phases[0] = ISale.Phase(0, 0, 10, 4, 0, 0);
        phases[1] = ISale.Phase(0, 0, 10, 0, 5, 0);
        sale = new Sale(token, address(this), payable(CLEO), phases);
    }

    function _open() private {
        token.transferOwnership(address(sale));
        sale.acceptToken();
    }

    function _books(uint256 supply, uint256 owned) private view {
        check(token.totalSupply() == supply, "supply");
        uint256 count = 0;
        for (uint256 id = 1; id <= supply; ++id) if (token.ownerOf(id) == address(receiver)) ++count;
        check(count == owned && token.balanceOf(address(receiver)) == owned, "tokens of the receiver");
        check(address(sale).balance == (supply - 10) * 10, "each token is paid");
    }

    function testFuzz_aReceiverThatSendsItOnKeepsTheBooks(uint256 seed) public {
        uint256 id = within(seed, 1, 10);
        receiver.forward(CLEO);
        token.safeTransferFrom(address(this), address(receiver), id);
        check(token.ownerOf(id) == CLEO && token.balanceOf(CLEO) == 1, "sent on");
        check(token.balanceOf(address(this)) == 9, "rest");
        _books(10, 0);
    }

    function testFuzz_anApprovalOfOneTokenMovesNoOther(uint256 seed) public {
        uint256 id = within(seed, 1, 10);
        receiver.plan(address(token), abi.encodeCall(token.transferFrom, (address(this), address(receiver), id % 10 + 1)), 0, 3);
        token.approve(address(receiver), id);
        token.safeTransferFrom(address(this), address(receiver), id);
        check(receiver.succeeded() == 0, "an approval of one token moves another");
        _books(10, 1);
    }

    function testFuzz_aBuyerWhoCallsBackBuysWithinTheLimits(uint256 quantity, uint256 times, bool byAccount) public {
        _open();
        quantity = within(quantity, 1, 5);
        uint256 phase = byAccount ? 0 : 1;
        bytes memory buy = abi.encodeCall(sale.buy, (phase, quantity));
        receiver.plan(address(sale), buy, 10 * quantity, within(times, 1, 8));
        receiver.act();
        uint256 sold = sale.sold(phase);
        check(sold <= (byAccount ? 4 : 5) && sold == receiver.succeeded() * quantity, "limit");
        if (byAccount) check(sale.bought(0, address(receiver)) == sold, "bought");
        _books(10 + sold, sold);
    }

    /// Tokens of one purchase are asked for one by one, and may be gone by then.
    function testFuzz_aBuyerWhoSellsAtOnceHoldsNothingUp(uint256 quantity) public {
        _open();
        quantity = within(quantity, 1, 4);
        receiver.forward(CLEO);
        receiver.plan(address(sale), abi.encodeCall(sale.buy, (0, quantity)), 10 * quantity, 0);
        receiver.act();
        check(token.balanceOf(CLEO) == quantity, "sold on");
        _books(10 + quantity, 0);
    }
}
