// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title Errors of batch mints
interface IERC721Runs {
    /// @notice A batch must hold at least one token.
    error EmptyBatch();

    /// @notice One airdrop has room for 1,228 owners.
    error ListTooLong(uint256 owners);

    /// @notice The chain refused the contract that was to hold the list of owners.
    error ListNotStored();
}

/// @title ERC-721 whose batch mints store who owns an interval of ids, and not who owns each
/// @notice Ids are consecutive from 1. What a batch mint decides is a run: the ids from its first to the next run's
/// first belong to one holder, or to the addresses of a list. A token gets a slot of its own (OpenZeppelin's) when it
/// is first transferred, which then counts for ever. So a batch costs one slot and its events, and a first transfer
/// writes only the token's slot, wherever in its batch the token lies.
/// @dev There is no burning: a burned token of a run would come back. Batch mints do not pass through `_update`.
abstract contract ERC721Runs is IERC721Runs, ERC721 {
    /*//////////////////////////////////////////////////////////////
                                 STATE
    //////////////////////////////////////////////////////////////*/

    uint256 internal constant FIRST_TOKEN_ID = 1;

    /// @dev The last run, which grows, and what counts all of them. One slot.
    struct OpenRun {
        /// Who holds it, or the contract that is its list.
        address holder;
        /// Its first id.
        uint32 first;
        /// Whether `holder` is a list of owners.
        bool listed;
        /// The id that the next minted token gets.
        uint32 next;
        /// How many runs are closed.
        uint24 closed;
    }

    /// @dev A run that no longer grows: it ends where the next one begins. One slot, written once.
    struct ClosedRun {
        address holder;
        uint32 first;
        bool listed;
    }

    OpenRun private _open = OpenRun(address(0), uint32(FIRST_TOKEN_ID), false, uint32(FIRST_TOKEN_ID), 0);

    mapping(uint256 index => ClosedRun run) private _closed;

    /// @dev keccak256("Transfer(address,address,uint256)"), as ERC-721 has it.
    bytes32 private constant TRANSFER = 0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef;

    uint256 private constant ADDRESS_LENGTH = 20;

    /// @dev Bytes of code that a contract may have (EIP-170).
    uint256 private constant LARGEST_CODE = 24_576;

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @dev The id that the next minted token gets; all below, from 1 on, exist.
    function _nextTokenId() internal view returns (uint256) {
        return _open.next;
    }

    /// @inheritdoc ERC721
    function _ownerOf(uint256 tokenId) internal view override returns (address owner) {
        owner = super._ownerOf(tokenId);
        if (owner == address(0) && tokenId >= FIRST_TOKEN_ID) owner = _ownerByRun(tokenId);
    }

    /// @dev Who a token was minted to in a batch; nobody beyond the last id.
    function _ownerByRun(uint256 tokenId) private view returns (address) {
        OpenRun memory open = _open;
        if (tokenId >= open.next) return address(0);
        if (tokenId >= open.first) return _holder(open.holder, open.first, open.listed, tokenId);
        // The closed run that begins last among those that begin at the token or before it: the first begins at 1.
        uint256 low = 0;
        uint256 high = open.closed;
        unchecked {
            while (high - low > 1) {
                uint256 middle = (low + high) / 2;
                if (_closed[middle].first <= tokenId) low = middle;
                else high = middle;
            }
        }
        ClosedRun storage run = _closed[low];
        return _holder(run.holder, run.first, run.listed, tokenId);
    }

    function _holder(address holder, uint256 first, bool listed, uint256 tokenId)
        private
        view
        returns (address owner)
    {
        if (!listed) return holder;
        // The list's code: one byte that ends any call of it, then 20 bytes an owner.
        assembly ("memory-safe") {
            mstore(0, 0)
            extcodecopy(holder, 12, add(1, mul(ADDRESS_LENGTH, sub(tokenId, first))), ADDRESS_LENGTH)
            owner := mload(0)
        }
    }

    /*//////////////////////////////////////////////////////////////
                                MINTING
    //////////////////////////////////////////////////////////////*/

    /// @dev Mint the next `quantity` ids to one owner. One token alone gets its own slot at once, which makes its
    /// transfer as cheap as any. `quantity` must leave `next` within 32 bits.
    function _mintRun(address to, uint256 quantity) internal {
        if (quantity == 0) revert EmptyBatch();
        uint256 tokenId = _open.next;
        if (quantity == 1) {
            _mint(to, tokenId); // while the id is not below `next`: else it has an owner already
            _open.next = uint32(tokenId + 1);
            return;
        }
        if (to == address(0)) revert ERC721InvalidReceiver(address(0));
        OpenRun memory open = _open;
        if (open.holder != to || open.listed) _begin(open, to, false);
        open.next = uint32(tokenId + quantity);
        _open = open;
        _increaseBalance(to, uint128(quantity));
        assembly ("memory-safe") {
            for { let end := add(tokenId, quantity) } lt(tokenId, end) { tokenId := add(tokenId, 1) } {
                log4(0, 0, TRANSFER, 0, to, tokenId)
            }
        }
    }

    /// @dev Mint the next ids to a list of owners, one each, in their order; an owner may be there repeatedly.
    function _mintList(address[] calldata owners) internal {
        uint256 quantity = owners.length;
        if (quantity == 0) revert EmptyBatch();
        OpenRun memory open = _open;
        uint256 tokenId = open.next;
        _begin(open, _store(owners), true);
        open.next = uint32(tokenId + quantity);
        _open = open;
        for (uint256 place = 0; place < quantity; ++place) {
            address to = owners[place];
            if (to == address(0)) revert ERC721InvalidReceiver(address(0));
            _increaseBalance(to, 1);
            emit Transfer(address(0), to, tokenId + place);
        }
    }

    /// @dev Let a new run begin at `open.next`, in memory; the one before is closed, if it holds an id.
    function _begin(OpenRun memory open, address holder, bool listed) private {
        if (open.next != open.first) {
            _closed[open.closed] = ClosedRun(open.holder, open.first, open.listed);
            ++open.closed;
        }
        open.holder = holder;
        open.first = open.next;
        open.listed = listed;
    }

    /// @dev Put the owners into the code of a new contract (a technique known as SSTORE2).
    function _store(address[] calldata owners) private returns (address list) {
        uint256 quantity = owners.length;
        uint256 size = 1 + ADDRESS_LENGTH * quantity;
        if (size > LARGEST_CODE) revert ListTooLong(quantity);
        assembly ("memory-safe") {
            // PUSH2 size, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURNDATASIZE, RETURN, and the code: STOP, owners
            let code := mload(0x40)
            mstore(code, or(shl(168, 0x61000080600a3d393df300), shl(232, size)))
            let to := add(code, 11)
            for { let from := owners.offset let end := add(from, shl(5, quantity)) } lt(from, end) {
                from := add(from, 32)
                to := add(to, ADDRESS_LENGTH)
            } { mstore(to, shl(96, calldataload(from))) }
            list := create(0, code, add(10, size))
        }
        if (list == address(0)) revert ListNotStored();
    }
}
