// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {ISale} from "../src/ISale.sol";
import {Sale} from "../src/Sale.sol";
import {SaleHandler} from "./SaleHandler.sol";
import {Test} from "./Test.sol";

/// Each limit of a sale at its edge: the last purchase that it allows, and the first that it refuses.
/// Random purchases (SaleInvariants) seldom come to an edge.
contract SaleLimits is Test {
    uint256 private constant KEY = 0x5a1e;
    address private constant ADA = address(0xA001);
    address private constant BOB = address(0xA002);

    SaleHandler private model;
    Sale private sale;

    /// Phases of the model: 0 costs 7 and sells 5 to an account from 700 to 1500; 1 costs 3 and is Bob's for 2 tokens.
    function setUp() public {
        model = new SaleHandler(60);
        sale = model.sale();
        vm.warp(700);
    }

    function test_anAccountBuysUpToItsLimitInSeveralCalls() public {
        _buy(ADA, 3, 21);
        _buy(ADA, 2, 14);
        vm.expectRevert(abi.encodeWithSelector(ISale.AccountLimitExceeded.selector, 0, 1));
        _buy(ADA, 1, 7);
        _buy(BOB, 5, 35);
        check(sale.bought(0, ADA) == 5 && sale.sold(0) == 10, "what was bought");
    }

    function test_aLineIsClaimedOnceAndUpToItsNumber() public {
        vm.expectRevert(abi.encodeWithSelector(ISale.AccountLimitExceeded.selector, 2, 3));
        _claim(3);
        _claim(1);
        check(sale.claimed(1, 1) && !sale.claimed(1, 0), "only this line is used");
        vm.expectRevert(abi.encodeWithSelector(ISale.AlreadyUsed.selector, 1));
        _claim(1);
    }

    function test_thePriceIsPaidToTheUnit() public {
        vm.expectRevert(abi.encodeWithSelector(ISale.WrongPayment.selector, 14, 13));
        _buy(ADA, 2, 13);
        vm.expectRevert(abi.encodeWithSelector(ISale.WrongPayment.selector, 14, 15));
        _buy(ADA, 2, 15);
        _buy(ADA, 2, 14);
    }

    function test_aPhaseSellsFromItsStartToItsEnd() public {
        vm.warp(699);
        vm.expectRevert(abi.encodeWithSelector(ISale.PhaseClosed.selector, 0));
        _buy(ADA, 1, 7);
        vm.warp(700);
        _buy(ADA, 1, 7);
        vm.warp(1499);
        _buy(ADA, 1, 7);
        vm.warp(1500);
        vm.expectRevert(abi.encodeWithSelector(ISale.PhaseClosed.selector, 0));
        _buy(ADA, 1, 7);
    }

    function test_aVoucherOfTheOwnerIsGoodOnceUntilItsDeadline() public {
        vm.warp(1001);
        vm.expectRevert(abi.encodeWithSelector(ISale.VoucherExpired.selector, 1000));
        this.redeem(KEY);
        vm.warp(1000);
        vm.expectRevert(abi.encodeWithSelector(ISale.InvalidSignature.selector));
        this.redeem(KEY + 1);
        this.redeem(KEY);
        vm.expectRevert(abi.encodeWithSelector(ISale.AlreadyUsed.selector, 9));
        this.redeem(KEY);
    }

    function test_nothingIsSoldWhileItIsPaused() public {
        vm.prank(model.owner());
        sale.pause();
        vm.expectRevert(abi.encodeWithSelector(Pausable.EnforcedPause.selector));
        _buy(ADA, 1, 7);
        vm.expectRevert(abi.encodeWithSelector(Pausable.EnforcedPause.selector));
        _claim(1);
        vm.expectRevert(abi.encodeWithSelector(Pausable.EnforcedPause.selector));
        this.redeem(KEY);
        vm.prank(model.owner());
        sale.unpause();
        _buy(ADA, 1, 7);
    }

    /// Redeem a voucher that `key` signed; a call of its own, so that what is refused is the whole of it.
    function redeem(uint256 key) external {
        ISale.Voucher memory voucher = ISale.Voucher(BOB, 1, 4, 1000, 9);
        bytes memory signature = model.sign(key, voucher);
        vm.deal(address(this), 4);
        sale.redeem{value: 4}(voucher, signature);
    }

    function _buy(address buyer, uint256 quantity, uint256 paid) private {
        vm.prank(buyer);
        sale.buy{value: paid}(0, quantity);
    }

    function _claim(uint256 quantity) private {
        bytes32[] memory proof = new bytes32[](2);
        proof[0] = _leaf(0, ADA, 1);
        proof[1] = _pair(_leaf(2, address(0xA003), 3), _leaf(3, address(0xA004), 4));
        vm.prank(BOB);
        sale.claim{value: 3 * quantity}(1, 1, 2, quantity, proof);
    }

    function _leaf(uint256 line, address account, uint256 allowed) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(line, account, allowed))));
    }

    function _pair(bytes32 one, bytes32 other) private pure returns (bytes32) {
        return one < other ? keccak256(abi.encode(one, other)) : keccak256(abi.encode(other, one));
    }
}
