// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// A currency of which anybody can make more.
contract Coin is ERC20("Coin", "COIN") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// An older currency, whose transfers answer nothing.
contract MuteCoin {
    mapping(address account => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }
}

/// Makes a call, and makes another whenever it is paid or gets a token, as often as it is told; it keeps the answers.
contract Greedy {
    address public target;
    bytes public again;
    uint256 public value;
    uint256 public left;
    uint256 public succeeded;
    bool public refuses;

    function plan(address to, bytes calldata data, uint256 paid, uint256 times) external {
        (target, again, value, left) = (to, data, paid, times);
    }

    function refuse(bool whether) external {
        refuses = whether;
    }

    function act(address to, bytes calldata data, uint256 paid) external payable {
        (bool done, bytes memory answer) = to.call{value: paid}(data);
        if (!done) {
            assembly {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    receive() external payable {
        require(!refuses, "refused");
        _again();
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        _again();
        return this.onERC721Received.selector;
    }

    function _again() private {
        if (left == 0) return;
        --left;
        (bool done,) = target.call{value: value}(again);
        if (done) ++succeeded;
    }
}

/// A registry of names (ERC-137) in which anybody sets anything.
contract Registry {
    mapping(bytes32 node => address) public resolver;

    function set(bytes32 node, address to) external {
        resolver[node] = to;
    }
}

/// A resolver of names: the address of a name, that for a coin (ENSIP-9), and the name of an address.
contract Resolver {
    mapping(bytes32 node => string) public name;
    mapping(bytes32 node => address) private _account;
    mapping(bytes32 node => mapping(uint256 coin => bytes)) private _of;

    function setAddr(bytes32 node, address to) external {
        _account[node] = to;
    }

    function setOf(bytes32 node, uint256 coin, bytes calldata to) external {
        _of[node][coin] = to;
    }

    function setName(bytes32 node, string calldata said) external {
        name[node] = said;
    }

    function addr(bytes32 node) external view returns (address) {
        return _account[node];
    }

    function addr(bytes32 node, uint256 coin) external view returns (bytes memory) {
        return _of[node][coin];
    }
}

/// A resolver that leaves the answer to a server (EIP-3668).
contract ServerResolver {
    error OffchainLookup(address sender, string[] urls, bytes callData, bytes4 callback, bytes extraData);

    function addr(bytes32) external view returns (address) {
        revert OffchainLookup(address(this), new string[](1), "", this.addr.selector, "");
    }
}
