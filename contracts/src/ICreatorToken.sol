// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A contract that is asked before each transfer of a token
/// @notice The one function of it that is called here. It is part of the transfer validators of Limit Break
/// (limitbreakinc/creator-token-standards, `ITransferValidator`).
interface ITransferValidator {
    /// @notice Reverts where the transfer is not allowed.
    /// @param caller Who asked the token contract for the transfer.
    /// @param from Who owns the token.
    /// @param to Who is to get it.
    function validateTransfer(address caller, address from, address to, uint256 tokenId) external view;
}

/// @title A token whose transfers a validator may refuse
/// @notice The interface by which marketplaces find that out, as Limit Break made it
/// (limitbreakinc/creator-token-standards, `ICreatorToken`).
interface ICreatorToken {
    /*//////////////////////////////////////////////////////////////
                                 EVENTS
    //////////////////////////////////////////////////////////////*/

    /// @notice From now on another validator is asked; the zero address: none is.
    event TransferValidatorUpdated(address oldValidator, address newValidator);

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @notice The validator that is asked; the zero address: none is.
    function getTransferValidator() external view returns (address validator);

    /// @notice The function of the validator that is called, and whether it is a view.
    function getTransferValidationFunction() external view returns (bytes4 functionSignature, bool isViewFunction);

    /*//////////////////////////////////////////////////////////////
                                 WRITES
    //////////////////////////////////////////////////////////////*/

    /// @notice Have another validator asked; the zero address: none.
    function setTransferValidator(address validator) external;
}
