// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721A} from "erc721a/contracts/ERC721A.sol";
import {ERC721 as SoladyERC721} from "solady/src/tokens/ERC721.sol";

import {ERC721Runs} from "src/ERC721Runs.sol";

/// What any ERC-721 has to do for a batch: one event a token, and a counter. It stores no owner.
contract Floor {
    uint256 private _minted;

    function mint(address to, uint256 quantity) external {
        uint256 id = _minted + 1;
        uint256 end = id + quantity;
        _minted = end - 1;
        assembly ("memory-safe") {
            for {} lt(id, end) { id := add(id, 1) } {
                log4(0, 0, 0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef, 0, to, id)
            }
        }
    }
}

contract OpenZeppelin is ERC721("Bare", "BARE") {
    uint256 private _next = 1;

    function mint(address to, uint256 quantity) external {
        uint256 id = _next;
        _next = id + quantity;
        for (; id < _next; ++id) {
            _mint(to, id);
        }
    }
}

contract Solady is SoladyERC721 {
    uint256 private _next = 1;

    function mint(address to, uint256 quantity) external {
        uint256 id = _next;
        uint256 end = id + quantity;
        _next = end;
        for (; id < end; ++id) {
            _mint(to, id);
        }
    }

    function name() public pure override returns (string memory) {
        return "Bare";
    }

    function symbol() public pure override returns (string memory) {
        return "BARE";
    }

    function tokenURI(uint256) public pure override returns (string memory) {
        return "";
    }
}

contract A is ERC721A("Bare", "BARE") {
    function mint(address to, uint256 quantity) external {
        _mint(to, quantity);
    }

    function _startTokenId() internal pure override returns (uint256) {
        return 1;
    }
}

contract Runs is ERC721Runs {
    constructor() ERC721("Bare", "BARE") {}

    function mint(address to, uint256 quantity) external {
        _mintRun(to, quantity);
    }

    function airdrop(address[] calldata owners) external {
        _mintList(owners);
    }
}
