// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICreatorToken, ITransferValidator} from "./ICreatorToken.sol";

/// @title Errors of transfer validation
interface ITransferValidation {
    /// @notice There is no contract at this address: every transfer would fail.
    error ValidatorWithoutCode(address validator);
}

/// @title What a token needs so that a validator may refuse its transfers
/// @notice The validator is asked before each transfer; not when a token is minted or burned, and not about transfers
/// that it asks for itself.
/// @dev The validator is called as a view, so that it can change nothing while it is asked.
abstract contract TransferValidation is ITransferValidation, ICreatorToken {
    /*//////////////////////////////////////////////////////////////
                                 STATE
    //////////////////////////////////////////////////////////////*/

    address private _validator;

    /*//////////////////////////////////////////////////////////////
                              CONSTRUCTION
    //////////////////////////////////////////////////////////////*/

    /// @dev Whether there is a contract is not asked here, so that a deployment can be tried on a chain that has none.
    constructor(address validator) {
        _store(validator);
    }

    /*//////////////////////////////////////////////////////////////
                             THE VALIDATOR
    //////////////////////////////////////////////////////////////*/

    /// @dev Have another validator asked. Only the owner of the contract may do that.
    function _setTransferValidator(address validator) internal {
        if (validator != address(0) && validator.code.length == 0) revert ValidatorWithoutCode(validator);
        _store(validator);
    }

    function _store(address validator) private {
        emit TransferValidatorUpdated(_validator, validator);
        _validator = validator;
    }

    /// @dev Ask before a token moves; nothing is asked of a mint (`from` is nobody) or a burning (`to` is).
    function _validateTransfer(address from, address to, uint256 tokenId) internal view {
        address validator = _validator;
        if (from == address(0) || to == address(0) || validator == address(0) || msg.sender == validator) return;
        ITransferValidator(validator).validateTransfer(msg.sender, from, to, tokenId);
    }

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ICreatorToken
    function getTransferValidator() external view returns (address validator) {
        return _validator;
    }

    /// @inheritdoc ICreatorToken
    function getTransferValidationFunction() external pure returns (bytes4 functionSignature, bool isViewFunction) {
        return (ITransferValidator.validateTransfer.selector, true);
    }
}
