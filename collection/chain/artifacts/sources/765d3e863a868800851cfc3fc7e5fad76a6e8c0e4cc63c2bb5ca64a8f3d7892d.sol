// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/interfaces/IERC721.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

import {CollectionToken} from "./CollectionToken.sol";
import {IBurnableToken} from "./IBurnableToken.sol";

/// @title A collection token that its holders may burn
/// @dev Burning leaves a token without a slot of its own, so that `_ownerOf` again gives the holder of its run. A bit
/// for each burned id therefore closes every way to it from outside: all that reads, approves or moves it.
contract BurnableToken is IBurnableToken, CollectionToken {
    using BitMaps for BitMaps.BitMap;

    /*//////////////////////////////////////////////////////////////
                                 STATE
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IBurnableToken
    uint256 public totalBurned;

    BitMaps.BitMap private _burned;

    modifier unburned(uint256 tokenId) {
        if (_burned.get(tokenId)) revert ERC721NonexistentToken(tokenId);
        _;
    }

    /*//////////////////////////////////////////////////////////////
                              CONSTRUCTION
    //////////////////////////////////////////////////////////////*/

    constructor(Settings memory settings) CollectionToken(settings) {}

    /*//////////////////////////////////////////////////////////////
                                BURNING
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IBurnableToken
    function burn(uint256 tokenId) external {
        _update(address(0), tokenId, msg.sender);
    }

    /// @inheritdoc ERC721
    function _update(address to, uint256 tokenId, address auth)
        internal
        virtual
        override
        unburned(tokenId)
        returns (address from)
    {
        from = super._update(to, tokenId, auth);
        if (to == address(0)) {
            _burned.set(tokenId);
            ++totalBurned;
        }
    }

    /// @inheritdoc IERC721
    function approve(address to, uint256 tokenId) public override(IERC721, ERC721) unburned(tokenId) {
        super.approve(to, tokenId);
    }

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc IBurnableToken
    function burned(uint256 tokenId) external view returns (bool) {
        return _burned.get(tokenId);
    }

    /// @inheritdoc IERC721
    function ownerOf(uint256 tokenId)
        public
        view
        override(IERC721, ERC721)
        unburned(tokenId)
        returns (address)
    {
        return super.ownerOf(tokenId);
    }

    /// @inheritdoc IERC721
    function getApproved(uint256 tokenId)
        public
        view
        override(IERC721, ERC721)
        unburned(tokenId)
        returns (address)
    {
        return super.getApproved(tokenId);
    }

    /// @inheritdoc CollectionToken
    function tokenURI(uint256 tokenId) public view override unburned(tokenId) returns (string memory) {
        return super.tokenURI(tokenId);
    }

    /*//////////////////////////////////////////////////////////////
                                 ERC-165
    //////////////////////////////////////////////////////////////*/

    /// @notice As `CollectionToken`, and `IBurnableToken`.
    function supportsInterface(bytes4 interfaceId) public view virtual override returns (bool) {
        return interfaceId == type(IBurnableToken).interfaceId || super.supportsInterface(interfaceId);
    }
}
