// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {CollectionToken} from "./CollectionToken.sol";
import {IRevealToken} from "./IRevealToken.sol";

/// @title A collection token that shows who has what only after the last token is minted
/// @notice The set is fixed at deployment: its provenance hash and the folder of its metadata can never change. Until the
/// reveal every token shows the placeholder. Then token `t` shows document `(t - 1 + offset) % maxSupply + 1`.
/// @dev The offset follows from the random number (`prevrandao`) of a block that is fixed before anybody can know it. That
/// number is read out of the block's header, which must have the block's hash: so it does not matter who calls, when, or
/// in which block, and there is no secret that somebody could keep. A proposer of blocks may give up a block, and its
/// reward, to change the number. On chains with one sequencer, and on those where the number is a constant, it decides
/// nothing that the sequencer could not know.
contract RevealToken is IRevealToken, CollectionToken {
    /*//////////////////////////////////////////////////////////////
                                 STATE
    //////////////////////////////////////////////////////////////*/

    /// @notice Blocks between the request and the block that decides: five epochs, beyond what proposers can foresee.
    uint256 public constant DRAW_DELAY = 160;

    /// @dev Blocks whose hash the chain still knows.
    uint256 private constant KNOWN_BLOCKS = 256;

    /// @dev Place of the random number among the fields of a header.
    uint256 private constant RANDAO_FIELD = 13;

    /// @inheritdoc IRevealToken
    uint256 public immutable deadline;

    /// @inheritdoc IRevealToken
    string public placeholderURI;

    uint64 private _drawBlock;

    uint32 private _offset;

    /// @inheritdoc IRevealToken
    bool public revealed;

    /*//////////////////////////////////////////////////////////////
                              CONSTRUCTION
    //////////////////////////////////////////////////////////////*/

    constructor(Settings memory settings, Hiding memory hiding) CollectionToken(settings) {
        placeholderURI = hiding.placeholderURI;
        deadline = hiding.deadline;
        metadataFrozen = true;
        emit MetadataFrozen();
    }

    /*//////////////////////////////////////////////////////////////
                                THE DRAW
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IRevealToken
    function requestDraw() external {
        if (revealed) revert AlreadyRevealed();
        uint256 left = maxSupply - totalSupply();
        // slither-disable-next-line timestamp
        if (left != 0 && block.timestamp < deadline) revert DrawTooEarly(left, deadline);
        uint256 pending = _drawBlock;
        if (pending != 0 && block.number <= pending + KNOWN_BLOCKS) revert DrawPending(pending);
        _drawBlock = uint64(block.number + DRAW_DELAY);
        emit DrawRequested(_drawBlock);
    }

    /// @inheritdoc IRevealToken
    function reveal(bytes calldata header) external {
        if (revealed) revert AlreadyRevealed();
        uint256 number = _drawBlock;
        // slither-disable-next-line incorrect-equality
        bytes32 known = number == 0 ? bytes32(0) : blockhash(number);
        // slither-disable-next-line incorrect-equality
        if (known == 0) revert DrawBlockUnknown(number);
        if (keccak256(header) != known) revert WrongHeader(number);
        bytes32 randao = _randaoOf(header);
        _offset = uint32(uint256(keccak256(abi.encode(randao, address(this), provenanceHash))) % maxSupply);
        revealed = true;
        emit Revealed(_offset, number, randao);
        emit BatchMetadataUpdate(FIRST_TOKEN_ID, type(uint256).max);
    }

    /// @dev The header is authentic, so its form is that of headers: a list whose length takes two bytes, and fields that
    /// are texts of bytes.
    function _randaoOf(bytes calldata header) private pure returns (bytes32) {
        uint256 place = 3;
        for (uint256 field = 0; field < RANDAO_FIELD; ++field) place += _fieldLength(header, place);
        return bytes32(header[place + 1:place + 33]);
    }

    /// @dev Bytes that a field of RLP takes, with its prefix.
    function _fieldLength(bytes calldata header, uint256 start) private pure returns (uint256) {
        uint256 prefix = uint8(header[start]);
        if (prefix < 0x80) return 1;
        if (prefix < 0xb8) return 1 + prefix - 0x80;
        uint256 width = prefix - 0xb7;
        uint256 length = 0;
        for (uint256 place = 1; place <= width; ++place) length = length << 8 | uint8(header[start + place]);
        return 1 + width + length;
    }

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IRevealToken
    function drawBlock() external view returns (uint256) {
        return _drawBlock;
    }

    /// @inheritdoc IRevealToken
    function offset() external view returns (uint256) {
        return _offset;
    }

    /// @inheritdoc IRevealToken
    function documentOf(uint256 tokenId) public view returns (uint256) {
        return (tokenId - FIRST_TOKEN_ID + _offset) % maxSupply + FIRST_TOKEN_ID;
    }

    /// @notice The placeholder; after the reveal the document that the draw gave to the token.
    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        _requireOwned(tokenId);
        if (!revealed) return placeholderURI;
        return string.concat(baseURI, Strings.toString(documentOf(tokenId)), ".json");
    }

    /*//////////////////////////////////////////////////////////////
                                 ERC-165
    //////////////////////////////////////////////////////////////*/

    /// @notice As `CollectionToken`, and `IRevealToken`.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IRevealToken).interfaceId || super.supportsInterface(interfaceId);
    }
}
