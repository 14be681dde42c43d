// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a token with a delayed reveal adds to a collection token
interface IRevealToken {
    /*//////////////////////////////////////////////////////////////
                                 TYPES
    //////////////////////////////////////////////////////////////*/

    /// @notice What is shown before the reveal, and when nobody can hold it up any more.
    struct Hiding {
        /// The metadata document of every token until the reveal.
        string placeholderURI;
        /// Seconds of the Unix epoch from which on the offset may be drawn although tokens are left.
        uint64 deadline;
    }

    /*//////////////////////////////////////////////////////////////
                                 ERRORS
    //////////////////////////////////////////////////////////////*/

    /// @notice Tokens are left, and the deadline is not over: who mints later would know what they get.
    error DrawTooEarly(uint256 left, uint256 deadline);

    /// @notice A block is fixed already, and it can still be used.
    error DrawPending(uint256 drawBlock);

    /// @notice No block is fixed yet, or it is not on the chain yet, or it lies too far back.
    error DrawBlockUnknown(uint256 drawBlock);

    /// @notice This is not the header of the block that was fixed.
    error WrongHeader(uint256 drawBlock);

    /// @notice The offset was drawn: it stays.
    error AlreadyRevealed();

    /*//////////////////////////////////////////////////////////////
                                 EVENTS
    //////////////////////////////////////////////////////////////*/

    /// @notice The block that decides was fixed.
    event DrawRequested(uint256 drawBlock);

    /// @notice The offset was drawn from the random number of that block.
    event Revealed(uint256 offset, uint256 drawBlock, bytes32 randao);

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @notice The metadata document of every token until the reveal.
    function placeholderURI() external view returns (string memory);

    /// @notice Seconds of the Unix epoch from which on the offset may be drawn although tokens are left.
    function deadline() external view returns (uint256);

    /// @notice The block whose random number decides; 0: none is fixed.
    function drawBlock() external view returns (uint256);

    /// @notice Whether the offset was drawn.
    function revealed() external view returns (bool);

    /// @notice How many places the documents are moved by; 0 until the reveal.
    function offset() external view returns (uint256);

    /// @notice The number of the document that a token shows after the reveal.
    function documentOf(uint256 tokenId) external view returns (uint256);

    /*//////////////////////////////////////////////////////////////
                                 WRITES
    //////////////////////////////////////////////////////////////*/

    /// @notice Fix the block that decides. Anybody may, once all tokens are minted or the deadline is over, and again
    /// where nobody used it in time.
    function requestDraw() external;

    /// @notice Draw the offset. Anybody may; who does so has no influence on it.
    /// @param header The header of the block that was fixed, as RLP: what its hash is made of.
    function reveal(bytes calldata header) external;
}
