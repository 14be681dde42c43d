// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a token whose holders may burn it adds to a collection token
/// @notice A burned token is gone for good: it has no owner, cannot be moved or approved, and its id is never minted
/// again. `totalSupply` goes on counting all tokens that were minted; less `totalBurned` it is those that exist.
interface IBurnableToken {
    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @notice Whether a token was burned; also false for one that was never minted.
    function burned(uint256 tokenId) external view returns (bool);

    /// @notice Tokens burned so far.
    function totalBurned() external view returns (uint256);

    /*//////////////////////////////////////////////////////////////
                                 WRITES
    //////////////////////////////////////////////////////////////*/

    /// @notice Burn a token. Its owner may, and whoever may move it: who is approved for it, or for all of its owner.
    /// @dev Emits a Transfer to the zero address.
    function burn(uint256 tokenId) external;
}
