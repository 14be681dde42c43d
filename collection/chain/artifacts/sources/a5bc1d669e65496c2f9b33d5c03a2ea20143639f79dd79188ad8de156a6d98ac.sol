// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC1155Supply} from "@openzeppelin/contracts/token/ERC1155/extensions/ERC1155Supply.sol";
import {ERC2981} from "@openzeppelin/contracts/token/common/ERC2981.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {IEditions} from "./IEditions.sol";

/// @title Copies of the images of a finished set
/// @notice ERC-1155 with royalties (ERC-2981) and a provenance hash. Images, their metadata and the number of copies are
/// those of the deployment for ever; the owner mints, and can close what is open.
/// @dev URIs name the document of an id itself, so there is no `{id}` for clients to fill in, and the folder that serves
/// single tokens serves editions too.
contract Editions is IEditions, ERC1155Supply, ERC2981, Ownable2Step {
    /*//////////////////////////////////////////////////////////////
                                 STATE
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IEditions
    uint256 public immutable images;

    /// @inheritdoc IEditions
    uint256 public immutable copies;

    /// @inheritdoc IEditions
    uint256 public immutable closesAt;

    /// @inheritdoc IEditions
    bytes32 public immutable provenanceHash;

    /// @inheritdoc IEditions
    string public name;

    /// @inheritdoc IEditions
    string public symbol;

    /// @inheritdoc IEditions
    string public baseURI;

    /// @inheritdoc IEditions
    string public contractURI;

    bool private _closed;

    /*//////////////////////////////////////////////////////////////
                              CONSTRUCTION
    //////////////////////////////////////////////////////////////*/

    constructor(Settings memory settings) ERC1155("") Ownable(settings.owner) {
        images = settings.images;
        copies = settings.copies;
        closesAt = settings.closesAt;
        provenanceHash = settings.provenanceHash;
        name = settings.name;
        symbol = settings.symbol;
        baseURI = settings.baseURI;
        contractURI = settings.contractURI;
        _setDefaultRoyalty(settings.royaltyReceiver, settings.royaltyBasisPoints);
    }

    /*//////////////////////////////////////////////////////////////
                                MINTING
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IEditions
    function mint(address to, uint256 id, uint256 supply, uint256 amount) external onlyOwner {
        _requireRoom(id, supply, amount);
        _mint(to, id, amount, "");
    }

    /// @inheritdoc IEditions
    function airdrop(uint256 id, uint256 supply, address[] calldata owners) external onlyOwner {
        _requireRoom(id, supply, owners.length);
        for (uint256 place = 0; place < owners.length; ++place) _mint(owners[place], id, 1, "");
    }

    /// @inheritdoc IEditions
    function close() external onlyOwner {
        if (closed()) revert EditionsClosed();
        _closed = true;
        emit Closed();
    }

    function _requireRoom(uint256 id, uint256 supply, uint256 amount) private view {
        if (closed()) revert EditionsClosed();
        _requireImage(id);
        if (amount == 0) revert NoCopies();
        uint256 there = totalSupply(id);
        if (supply != there) revert UnexpectedSupply(id, there, supply);
        if (copies != 0 && amount > copies - there) revert EditionFull(id, copies - there, amount);
    }

    function _requireImage(uint256 id) private view {
        if (id == 0 || id > images) revert UnknownImage(id);
    }

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IEditions
    function closed() public view returns (bool) {
        // slither-disable-next-line timestamp
        return _closed || (closesAt != 0 && block.timestamp >= closesAt);
    }

    /// @notice The metadata document of an image: base URI, id, ".json".
    function uri(uint256 id) public view override returns (string memory) {
        _requireImage(id);
        return string.concat(baseURI, Strings.toString(id), ".json");
    }

    /// @notice ERC-165, ERC-1155 with metadata, ERC-2981, and `IEditions`.
    function supportsInterface(bytes4 interfaceId) public view override(ERC1155, ERC2981) returns (bool) {
        return interfaceId == type(IEditions).interfaceId || super.supportsInterface(interfaceId);
    }
}
