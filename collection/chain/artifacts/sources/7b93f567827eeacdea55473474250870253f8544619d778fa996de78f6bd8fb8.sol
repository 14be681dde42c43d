// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC165} from "@openzeppelin/contracts/interfaces/IERC165.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {ERC2981} from "@openzeppelin/contracts/token/common/ERC2981.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {ICollectionToken} from "./ICollectionToken.sol";

/// @title A finished set of images as tokens 1 to `maxSupply`
/// @notice ERC-721 with royalties (ERC-2981), a supply cap, a provenance hash and one folder of metadata
/// that the owner may move until it is frozen (ERC-4906).
contract CollectionToken is ICollectionToken, IERC4906, ERC721, ERC2981, Ownable2Step {
    /*//////////////////////////////////////////////////////////////
                                 STATE
    //////////////////////////////////////////////////////////////*/

    /// @dev The interface id that ERC-4906 gives itself (it has events only).
    bytes4 private constant ERC4906_INTERFACE_ID = 0x49064906;

    uint256 private constant FIRST_TOKEN_ID = 1;

    /// @inheritdoc ICollectionToken
    uint256 public immutable maxSupply;

    /// @inheritdoc ICollectionToken
    bytes32 public immutable provenanceHash;

    /// @inheritdoc ICollectionToken
    uint256 public totalSupply;

    /// @inheritdoc ICollectionToken
    string public baseURI;

    /// @inheritdoc ICollectionToken
    string public contractURI;

    /// @inheritdoc ICollectionToken
    bool public metadataFrozen;

    /*//////////////////////////////////////////////////////////////
                              CONSTRUCTION
    //////////////////////////////////////////////////////////////*/

    constructor(Settings memory settings) ERC721(settings.name, settings.symbol) Ownable(settings.owner) {
        maxSupply = settings.maxSupply;
        provenanceHash = settings.provenanceHash;
        baseURI = settings.baseURI;
        contractURI = settings.contractURI;
        _setDefaultRoyalty(settings.royaltyReceiver, settings.royaltyBasisPoints);
    }

    /*//////////////////////////////////////////////////////////////
                                MINTING
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ICollectionToken
    function mintBatch(address to, uint256 firstTokenId, uint256 quantity) external onlyOwner {
        uint256 expected = nextTokenId();
        uint256 remaining = maxSupply - totalSupply;
        if (firstTokenId != expected) revert UnexpectedTokenId(expected, firstTokenId);
        if (quantity == 0) revert EmptyBatch();
        if (quantity > remaining) revert SupplyCapExceeded(remaining, quantity);

        totalSupply += quantity;
        for (uint256 tokenId = firstTokenId; tokenId < firstTokenId + quantity; ++tokenId) {
            _mint(to, tokenId);
        }
    }

    /// @inheritdoc ICollectionToken
    function nextTokenId() public view returns (uint256) {
        return FIRST_TOKEN_ID + totalSupply;
    }

    /*//////////////////////////////////////////////////////////////
                                METADATA
    //////////////////////////////////////////////////////////////*/

    modifier whileMetadataOpen() {
        if (metadataFrozen) revert MetadataLocked();
        _;
    }

    /// @notice The metadata document of one token: base URI, id, ".json".
    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        _requireOwned(tokenId);
        return string.concat(baseURI, Strings.toString(tokenId), ".json");
    }

    /// @inheritdoc ICollectionToken
    function setBaseURI(string calldata newBaseURI) external onlyOwner whileMetadataOpen {
        baseURI = newBaseURI;
        emit BatchMetadataUpdate(FIRST_TOKEN_ID, type(uint256).max);
    }

    /// @inheritdoc ICollectionToken
    function setContractURI(string calldata newContractURI) external onlyOwner whileMetadataOpen {
        contractURI = newContractURI;
        emit ContractURIUpdated();
    }

    /// @inheritdoc ICollectionToken
    function freezeMetadata() external onlyOwner whileMetadataOpen {
        metadataFrozen = true;
        emit MetadataFrozen();
    }

    /*//////////////////////////////////////////////////////////////
                                 ERC-165
    //////////////////////////////////////////////////////////////*/

    /// @notice ERC-165, ERC-721 with metadata, ERC-2981 and ERC-4906.
    function supportsInterface(bytes4 interfaceId) public view override(IERC165, ERC721, ERC2981) returns (bool) {
        return interfaceId == ERC4906_INTERFACE_ID || super.supportsInterface(interfaceId);
    }
}
