// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a collection token adds to ERC-721, ERC-2981 and ERC-4906
interface ICollectionToken {
    /*//////////////////////////////////////////////////////////////
                                 TYPES
    //////////////////////////////////////////////////////////////*/

    /// @notice Everything that is decided when the contract is deployed.
    struct Settings {
        /// The collection's name.
        string name;
        /// Its ticker.
        string symbol;
        /// Who may mint and edit the addresses of the metadata.
        address owner;
        /// Most tokens that can ever exist.
        uint256 maxSupply;
        /// Prefix of every token URI, with its closing slash.
        string baseURI;
        /// Where the description of the collection itself lies (ERC-7572).
        string contractURI;
        /// Hash over the whole set, published before the first token.
        bytes32 provenanceHash;
        /// Who is paid royalties.
        address royaltyReceiver;
        /// Royalty in hundredths of a percent, 0 to 10000.
        uint96 royaltyBasisPoints;
    }

    /*//////////////////////////////////////////////////////////////
                                 ERRORS
    //////////////////////////////////////////////////////////////*/

    /// @notice A batch must begin with the token that comes next; this one begins elsewhere.
    error UnexpectedTokenId(uint256 expected, uint256 given);

    /// @notice The batch asks for more tokens than are left under the cap.
    error SupplyCapExceeded(uint256 remaining, uint256 requested);

    /// @notice The supply must fit into 32 bits.
    error SupplyTooLarge(uint256 maxSupply);

    /// @notice Ownership can be renounced only once all tokens are minted and the metadata is frozen.
    error OwnershipStillNeeded();

    /// @notice The addresses of the metadata were locked and can never change again.
    error MetadataLocked();

    /*//////////////////////////////////////////////////////////////
                                 EVENTS
    //////////////////////////////////////////////////////////////*/

    /// @notice The description of the collection changed (ERC-7572).
    event ContractURIUpdated();

    /// @notice From now on no URI of this contract can change.
    event MetadataFrozen();

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @notice Most tokens that can ever exist.
    function maxSupply() external view returns (uint256);

    /// @notice Tokens minted so far.
    function totalSupply() external view returns (uint256);

    /// @notice The id that the next minted token gets; the first is 1.
    function nextTokenId() external view returns (uint256);

    /// @notice Hash over the whole set, fixed at deployment.
    function provenanceHash() external view returns (bytes32);

    /// @notice Prefix of every token URI.
    function baseURI() external view returns (string memory);

    /// @notice Where the description of the collection lies (ERC-7572).
    function contractURI() external view returns (string memory);

    /// @notice True once the URIs are locked for good.
    function metadataFrozen() external view returns (bool);

    /*//////////////////////////////////////////////////////////////
                                 WRITES
    //////////////////////////////////////////////////////////////*/

    /// @notice Mint `quantity` tokens with consecutive ids to `to`.
    /// @dev Sent twice, the second call reverts: its `firstTokenId` is no longer the next one.
    /// Recipients are not asked (no onERC721Received): the owner vouches for `to`.
    function mintBatch(address to, uint256 firstTokenId, uint256 quantity) external;

    /// @notice Mint the next tokens to these owners, one each, in their order; an owner may be named repeatedly.
    /// @dev As `mintBatch`, but dearer a token: worth it from about four different owners on.
    function airdrop(uint256 firstTokenId, address[] calldata owners) external;

    /// @notice Point every token at another metadata folder.
    function setBaseURI(string calldata newBaseURI) external;

    /// @notice Point at another description of the collection.
    function setContractURI(string calldata newContractURI) external;

    /// @notice Lock both URIs for good.
    function freezeMetadata() external;
}
