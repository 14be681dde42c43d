// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CollectionToken} from "../src/CollectionToken.sol";
import {ICollectionToken} from "../src/ICollectionToken.sol";
import {Test, Vm} from "./Test.sol";

/// Does at random what can be done to a token contract, and keeps beside it, in the simplest form, what must be so.
/// It owns the contract. An operation that succeeds or fails against the model reverts here, which fails the test.
contract TokenHandler is Test {
    bytes32 private constant TRANSFER = keccak256("Transfer(address,address,uint256)");

    CollectionToken public immutable token;
    address[] public actors;
    address public royaltyReceiver = address(0xFEE);

    /// The model: who owns an id, who may move it, and who may move all of somebody's. `ownerOf[0]` is nobody.
    address[] public ownerOf = [address(0)];
    mapping(uint256 id => address) public approved;
    mapping(address owner => mapping(address operator => bool)) public operators;

    constructor(uint256 supply) {
        token = _deploy(
            ICollectionToken.Settings(
                "Model", "MDL", address(this), supply, "ipfs://metadata/", "ipfs://root", bytes32("set"), royaltyReceiver, 725
            )
        );
        for (uint160 number = 1; number <= 4; ++number) actors.push(address(0xA000 + number));
        // The contract that will hold the first list of owners: a run that is minted to it must not become that list.
        actors.push(vm.computeCreateAddress(address(token), 1));
    }

    /// The contract that is tried.
    function _deploy(ICollectionToken.Settings memory settings) internal virtual returns (CollectionToken) {
        return new CollectionToken(settings);
    }

    /// Whether nothing but ownership and leave decides a transfer; more than that is asked in others.
    function _allows(address, address, address, uint256) internal view virtual returns (bool) {
        return true;
    }

    function minted() public view returns (uint256) {
        return ownerOf.length - 1;
    }

    function countActors() external view returns (uint256) {
        return actors.length;
    }

    /// Owners and approvals, by id.
    function all() external view returns (address[] memory owners, address[] memory approvals) {
        owners = ownerOf;
        approvals = new address[](owners.length);
        for (uint256 id = 1; id < owners.length; ++id) approvals[id] = approved[id];
    }

    function mintBatch(uint256 to, uint256 quantity, uint256 shift) external {
        quantity = quantity % 13;
        uint256 first = ownerOf.length + (shift % 8 == 0 ? 1 : 0);
        bool possible = quantity > 0 && first == ownerOf.length && minted() + quantity <= token.maxSupply();
        vm.recordLogs();
        _call(address(this), abi.encodeCall(token.mintBatch, (_actor(to), first, quantity)), possible);
        if (!possible) return;
        for (uint256 place = 0; place < quantity; ++place) ownerOf.push(_actor(to));
        _checkMinted(first);
    }

    function airdrop(uint256 seed, uint256 quantity) external {
        address[] memory owners = new address[](quantity % 9);
        for (uint256 place = 0; place < owners.length; ++place) {
            owners[place] = _actor(uint256(keccak256(abi.encode(seed, place))));
        }
        bool possible = owners.length > 0 && minted() + owners.length <= token.maxSupply();
        uint256 first = ownerOf.length;
        vm.recordLogs();
        _call(address(this), abi.encodeCall(token.airdrop, (first, owners)), possible);
        if (!possible) return;
        for (uint256 place = 0; place < owners.length; ++place) ownerOf.push(owners[place]);
        _checkMinted(first);
    }

    function transfer(uint256 caller, uint256 from, uint256 to, uint256 id, bool safely) external {
        address sender = _actor(caller);
        id = within(id, 0, ownerOf.length); // also ids that do not exist
        address owner = id < ownerOf.length ? ownerOf[id] : address(0);
        address source = from % 4 == 0 ? _actor(from / 4) : owner;
        address receiver = _actor(to);
        bool possible = owner != address(0) && source == owner
            && (sender == owner || approved[id] == sender || operators[owner][sender])
            && !(safely && receiver.code.length > 0) && _allows(sender, owner, receiver, id);
        vm.recordLogs();
        bytes memory call = safely
            ? abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", source, receiver, id)
            : abi.encodeCall(token.transferFrom, (source, receiver, id));
        _call(sender, call, possible);
        if (!possible) return;
        ownerOf[id] = receiver;
        delete approved[id];
        Vm.Log[] memory logs = vm.getRecordedLogs();
        check(logs.length == 1, "a transfer tells one event");
        _checkTransfer(logs[0], source, receiver, id);
    }

    function approve(uint256 caller, uint256 to, uint256 id) external {
        address sender = _actor(caller);
        id = within(id, 0, ownerOf.length);
        address owner = id < ownerOf.length ? ownerOf[id] : address(0);
        address receiver = to % 5 == 0 ? address(0) : _actor(to);
        bool possible = owner != address(0) && (sender == owner || operators[owner][sender]);
        _call(sender, abi.encodeCall(token.approve, (receiver, id)), possible);
        if (possible) approved[id] = receiver;
    }

    function setOperator(uint256 caller, uint256 operator, bool allowed) external {
        _call(_actor(caller), abi.encodeCall(token.setApprovalForAll, (_actor(operator), allowed)), true);
        operators[_actor(caller)][_actor(operator)] = allowed;
    }

    function steal(uint256 caller, uint256 quantity) external {
        address sender = _actor(caller);
        _call(sender, abi.encodeCall(token.mintBatch, (sender, ownerOf.length, within(quantity, 1, 5))), false);
        _call(sender, abi.encodeCall(token.setBaseURI, ("ipfs://other/")), false);
        _call(sender, abi.encodeCall(token.freezeMetadata, ()), false);
    }

    function _actor(uint256 seed) internal view returns (address) {
        return actors[seed % actors.length];
    }

    function _call(address sender, bytes memory data, bool expected) internal {
        vm.prank(sender);
        (bool done,) = address(token).call(data);
        check(done == expected, expected ? "refused what the model allows" : "allowed what the model refuses");
    }

    /// One event for each id from `first` on, in their order, and no other.
    function _checkMinted(uint256 first) private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        check(logs.length == ownerOf.length - first, "a mint tells one event for each token");
        for (uint256 place = 0; place < logs.length; ++place) {
            _checkTransfer(logs[place], address(0), ownerOf[first + place], first + place);
        }
    }

    function _checkTransfer(Vm.Log memory log, address from, address to, uint256 id) internal view {
        check(log.emitter == address(token) && log.data.length == 0, "event of the token");
        check(log.topics.length == 4 && log.topics[0] == TRANSFER, "event is Transfer");
        check(address(uint160(uint256(log.topics[1]))) == from, "event names who gave");
        check(address(uint160(uint256(log.topics[2]))) == to, "event names who got");
        check(uint256(log.topics[3]) == id, "event names the token");
    }
}
