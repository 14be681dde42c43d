// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

import {CollectionToken} from "./CollectionToken.sol";
import {ICreatorToken} from "./ICreatorToken.sol";
import {TransferValidation} from "./TransferValidation.sol";

/// @title A collection token whose transfers a validator may refuse
/// @notice The owner of the contract may name another validator, or none, as long as it has an owner.
contract ValidatedToken is TransferValidation, CollectionToken {
    /*//////////////////////////////////////////////////////////////
                              CONSTRUCTION
    //////////////////////////////////////////////////////////////*/

    constructor(Settings memory settings, address validator) CollectionToken(settings) TransferValidation(validator) {}

    /*//////////////////////////////////////////////////////////////
                               TRANSFERS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ICreatorToken
    function setTransferValidator(address validator) external onlyOwner {
        _setTransferValidator(validator);
    }

    /// @inheritdoc ERC721
    function _update(address to, uint256 tokenId, address auth) internal override returns (address from) {
        _validateTransfer(_ownerOf(tokenId), to, tokenId);
        return super._update(to, tokenId, auth);
    }

    /*//////////////////////////////////////////////////////////////
                                 ERC-165
    //////////////////////////////////////////////////////////////*/

    /// @notice As `CollectionToken`, and `ICreatorToken`.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(ICreatorToken).interfaceId || super.supportsInterface(interfaceId);
    }
}
