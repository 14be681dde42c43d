// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CollectionToken} from "../src/CollectionToken.sol";
import {ICollectionToken} from "../src/ICollectionToken.sol";
import {ISale} from "../src/ISale.sol";
import {Sale} from "../src/Sale.sol";
import {Test} from "./Test.sol";

/// Buys at random, in phases, by lists and by vouchers, rightly and wrongly, and counts beside the sale what was bought.
/// A purchase that the model allows and the sale refuses, or the reverse, reverts here, which fails the test.
contract SaleHandler is Test {
    uint256 private constant KEY = 0x5a1e;
    uint256 private constant PUBLIC = 0;
    uint256 private constant LISTED = 1;
    uint256 private constant FREE = 2;
    address private constant PAYEE = address(0xBEEF);

    CollectionToken public immutable token;
    Sale public immutable sale;
    address public immutable owner;
    address[] public actors;
    ISale.Phase[] public phases;
    bytes32[4] private leaves;

    /// The model.
    mapping(uint256 phase => uint256) public sold;
    mapping(uint256 phase => mapping(address => uint256)) public bought;
    mapping(uint256 line => bool) public claimed;
    mapping(uint256 nonce => bool) public redeemed;
    address[] public ownerOf = [address(0)];
    uint256 public taken;
    bool public paused;

    constructor(uint256 supply) {
        owner = vm.addr(KEY);
        token = new CollectionToken(
            ICollectionToken.Settings("S", "S", address(this), supply, "ipfs://m/", "", bytes32(0), PAYEE, 0)
        );
        for (uint160 number = 1; number <= 4; ++number) {
            actors.push(address(0xA000 + number));
            vm.deal(actors[number - 1], 1_000_000 ether);
            leaves[number - 1] = _leaf(number - 1, actors[number - 1], number);
        }
        bytes32 root = _pair(_pair(leaves[0], leaves[1]), _pair(leaves[2], leaves[3]));
        phases.push(ISale.Phase(700, 1_500, 7, 5, 40, 0));
        phases.push(ISale.Phase(500, 0, 3, 0, 6, root));
        phases.push(ISale.Phase(1_000, 0, 0, 0, 0, 0));
        vm.warp(600);
        sale = new Sale(token, owner, payable(PAYEE), phases);
        token.transferOwnership(address(sale));
        vm.prank(owner);
        sale.acceptToken();
    }

    function minted() public view returns (uint256) {
        return ownerOf.length - 1;
    }

    function wait(uint256 seconds_) external {
        vm.warp(block.timestamp + within(seconds_, 0, 250));
    }

    function buy(uint256 who, uint256 phase, uint256 quantity, uint256 tip) external {
        (phase, quantity) = (phase % 4, quantity % 5);
        address buyer = actors[who % 4];
        ISale.Phase memory terms = phases[phase % 3];
        uint256 paid = terms.price * quantity + (tip % 6 == 0 ? 1 : 0);
        bool possible = phase < 3 && _sells(phase, quantity) && terms.root == 0 && paid == terms.price * quantity
            && (terms.perAccount == 0 || bought[phase][buyer] + quantity <= terms.perAccount);
        if (!_call(buyer, paid, abi.encodeCall(sale.buy, (phase, quantity)), possible)) return;
        if (terms.perAccount != 0) bought[phase][buyer] += quantity;
        sold[phase] += quantity;
        _received(buyer, quantity, paid);
    }

    function claim(uint256 who, uint256 line, uint256 quantity, bool forged) external {
        (line, quantity) = (line % 4, quantity % 6);
        address buyer = actors[who % 4];
        uint256 allowed = line + 1 + (forged ? 1 : 0);
        uint256 paid = phases[LISTED].price * quantity;
        bool possible = buyer == actors[line] && !forged && !claimed[line] && quantity <= allowed && _sells(LISTED, quantity);
        bytes32[] memory proof = new bytes32[](2);
        proof[0] = leaves[line ^ 1];
        proof[1] = line < 2 ? _pair(leaves[2], leaves[3]) : _pair(leaves[0], leaves[1]);
        if (!_call(buyer, paid, abi.encodeCall(sale.claim, (LISTED, line, allowed, quantity, proof)), possible)) return;
        claimed[line] = true;
        sold[LISTED] += quantity;
        _received(buyer, quantity, paid);
    }

    function redeem(uint256 who, uint256 quantity, uint256 price, uint256 nonce, uint256 fault) external {
        ISale.Voucher memory voucher =
            ISale.Voucher(actors[who % 4], quantity % 4, price % 9, block.timestamp + nonce % 2, nonce % 12);
        bytes memory signature = sign(fault % 5 == 1 ? KEY + 1 : KEY, voucher);
        if (fault % 5 == 2) voucher.quantity += 1;
        if (fault % 5 == 3) voucher.recipient = address(0xBAD);
        if (fault % 5 == 4) vm.warp(block.timestamp + 2);
        uint256 paid = voucher.price * voucher.quantity;
        bool possible = fault % 5 == 0 && !redeemed[voucher.nonce] && _room(voucher.quantity) && !paused;
        address payer = actors[who / 4 % 4];
        if (!_call(payer, paid, abi.encodeCall(sale.redeem, (voucher, signature)), possible)) return;
        redeemed[voucher.nonce] = true;
        _received(voucher.recipient, voucher.quantity, paid);
    }

    function voidVoucher(uint256 who, uint256 nonce) external {
        address sender = who % 3 == 0 ? actors[who % 4] : owner;
        bool possible = sender == owner && !redeemed[nonce % 12];
        if (_call(sender, 0, abi.encodeCall(sale.voidVoucher, (nonce % 12)), possible)) redeemed[nonce % 12] = true;
    }

    function pause(uint256 who) external {
        address sender = who % 4 == 0 ? actors[who % 4] : owner;
        bytes memory data = paused ? abi.encodeCall(sale.unpause, ()) : abi.encodeCall(sale.pause, ());
        if (_call(sender, 0, data, sender == owner)) paused = !paused;
    }

    function withdraw(uint256 who) external {
        _call(actors[who % 4], 0, abi.encodeCall(sale.withdraw, ()), true);
    }

    function sign(uint256 key, ISale.Voucher memory voucher) public view returns (bytes memory) {
        bytes32 kind =
            keccak256("Voucher(address recipient,uint256 quantity,uint256 price,uint256 deadline,uint256 nonce)");
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Collection Sale"),
                keccak256("1"),
                block.chainid,
                sale
            )
        );
        bytes32 content = keccak256(abi.encode(kind, voucher));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, content)));
        return abi.encodePacked(r, s, v);
    }

    function _sells(uint256 phase, uint256 quantity) private view returns (bool) {
        ISale.Phase memory terms = phases[phase];
        bool open = block.timestamp >= terms.start && (terms.end == 0 || block.timestamp < terms.end);
        return open && !paused && _room(quantity) && (terms.supply == 0 || sold[phase] + quantity <= terms.supply);
    }

    function _room(uint256 quantity) private view returns (bool) {
        return quantity > 0 && minted() + quantity <= token.maxSupply();
    }

    function _received(address buyer, uint256 quantity, uint256 paid) private {
        for (uint256 place = 0; place < quantity; ++place) ownerOf.push(buyer);
        taken += paid;
    }

    function _call(address sender, uint256 paid, bytes memory data, bool expected) private returns (bool) {
        vm.prank(sender);
        (bool done,) = address(sale).call{value: paid}(data);
        check(done == expected, expected ? "refused what the model allows" : "allowed what the model refuses");
        return done;
    }

    function _leaf(uint256 line, address account, uint256 allowed) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(line, account, allowed))));
    }

    function _pair(bytes32 one, bytes32 other) private pure returns (bytes32) {
        return one < other ? keccak256(abi.encode(one, other)) : keccak256(abi.encode(other, one));
    }
}
