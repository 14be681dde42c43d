// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What editions add to ERC-1155, ERC-2981 and ERC-7572
/// @notice Each image of a set is a token id, of which there are copies: a limited number, or an open one until a moment
/// or until the owner closes it.
interface IEditions {
    /*//////////////////////////////////////////////////////////////
                                 TYPES
    //////////////////////////////////////////////////////////////*/

    /// @notice Everything that is decided when the contract is deployed.
    struct Settings {
        /// The collection's name.
        string name;
        /// Its ticker.
        string symbol;
        /// Who may mint.
        address owner;
        /// How many images there are: ids 1 to this.
        uint256 images;
        /// Most copies of each image; 0: any number.
        uint256 copies;
        /// Seconds of the Unix epoch from which on nothing is minted any more; 0: no such moment.
        uint256 closesAt;
        /// Prefix of every URI, with its closing slash.
        string baseURI;
        /// Where the description of the collection itself lies (ERC-7572).
        string contractURI;
        /// Hash over the whole set.
        bytes32 provenanceHash;
        /// Who is paid royalties.
        address royaltyReceiver;
        /// Royalty in hundredths of a percent, 0 to 10000.
        uint96 royaltyBasisPoints;
    }

    /*//////////////////////////////////////////////////////////////
                                 ERRORS
    //////////////////////////////////////////////////////////////*/

    /// @notice The set has no such image.
    error UnknownImage(uint256 id);

    /// @notice Of this image other copies exist than the call was made for: it was sent twice, or another came before.
    error UnexpectedSupply(uint256 id, uint256 supply, uint256 given);

    /// @notice More copies than are left of this image.
    error EditionFull(uint256 id, uint256 remaining, uint256 requested);

    /// @notice A call mints at least one copy.
    error NoCopies();

    /// @notice Nothing is minted any more.
    error EditionsClosed();

    /*//////////////////////////////////////////////////////////////
                                 EVENTS
    //////////////////////////////////////////////////////////////*/

    /// @notice The owner closed all editions for good.
    event Closed();

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @notice The collection's name.
    function name() external view returns (string memory);

    /// @notice Its ticker.
    function symbol() external view returns (string memory);

    /// @notice How many images there are.
    function images() external view returns (uint256);

    /// @notice Most copies of each image; 0: any number.
    function copies() external view returns (uint256);

    /// @notice Seconds of the Unix epoch from which on nothing is minted any more; 0: no such moment.
    function closesAt() external view returns (uint256);

    /// @notice Whether nothing can be minted any more, by the moment or by the owner.
    function closed() external view returns (bool);

    /// @notice Hash over the whole set, fixed at deployment.
    function provenanceHash() external view returns (bytes32);

    /// @notice Prefix of every URI, fixed at deployment.
    function baseURI() external view returns (string memory);

    /// @notice Where the description of the collection lies (ERC-7572), fixed at deployment.
    function contractURI() external view returns (string memory);

    /*//////////////////////////////////////////////////////////////
                                 WRITES
    //////////////////////////////////////////////////////////////*/

    /// @notice Mint `amount` copies of an image, of which `supply` exist so far, to one account.
    /// @dev Sent twice, the second call reverts: `supply` is no longer that of the image.
    function mint(address to, uint256 id, uint256 supply, uint256 amount) external;

    /// @notice Mint one copy of an image, of which `supply` exist so far, to each of these accounts.
    function airdrop(uint256 id, uint256 supply, address[] calldata owners) external;

    /// @notice Close all editions for good.
    function close() external;
}
