// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BurnableToken} from "./BurnableToken.sol";
import {ICreatorToken} from "./ICreatorToken.sol";
import {TransferValidation} from "./TransferValidation.sol";

/// @title A collection token that its holders may burn, and whose transfers a validator may refuse
/// @notice The owner of the contract may name another validator, or none, as long as it has an owner.
contract BurnableValidatedToken is TransferValidation, BurnableToken {
    /*//////////////////////////////////////////////////////////////
                              CONSTRUCTION
    //////////////////////////////////////////////////////////////*/

    constructor(Settings memory settings, address validator) BurnableToken(settings) TransferValidation(validator) {}

    /*//////////////////////////////////////////////////////////////
                               TRANSFERS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ICreatorToken
    function setTransferValidator(address validator) external onlyOwner {
        _setTransferValidator(validator);
    }

    /// @inheritdoc BurnableToken
    /// @dev A burned token is refused before the validator is asked.
    function _update(address to, uint256 tokenId, address auth)
        internal
        override
        unburned(tokenId)
        returns (address from)
    {
        _validateTransfer(_ownerOf(tokenId), to, tokenId);
        return super._update(to, tokenId, auth);
    }

    /*//////////////////////////////////////////////////////////////
                                 ERC-165
    //////////////////////////////////////////////////////////////*/

    /// @notice As `BurnableToken`, and `ICreatorToken`.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(ICreatorToken).interfaceId || super.supportsInterface(interfaceId);
    }
}
