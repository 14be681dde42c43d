// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC721Utils} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Utils.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

import {ICollectionToken} from "./ICollectionToken.sol";
import {ISale} from "./ISale.sol";

/// @title Sells the next tokens of a collection
/// @notice In phases, to everybody or to those on a list, and by signed vouchers. While it sells it owns the collection,
/// for only the owner mints; the owner of the sale can have the collection back at any time.
/// @dev Every count and every mark is written before the tokens are minted, and a receiving contract is asked only after
/// that (`onERC721Received`): one that calls back buys as any other buyer would, within the same limits.
contract Sale is ISale, Ownable2Step, Pausable, EIP712 {
    using BitMaps for BitMaps.BitMap;

    /*//////////////////////////////////////////////////////////////
                                 STATE
    //////////////////////////////////////////////////////////////*/

    bytes32 private constant VOUCHER_TYPE =
        keccak256("Voucher(address recipient,uint256 quantity,uint256 price,uint256 deadline,uint256 nonce)");

    /// @notice The collection whose tokens are sold.
    ICollectionToken public immutable token;

    /// @inheritdoc ISale
    address payable public immutable payee;

    /// @inheritdoc ISale
    mapping(uint256 phase => uint256 quantity) public sold;

    /// @inheritdoc ISale
    mapping(uint256 phase => mapping(address account => uint256 quantity)) public bought;

    Phase[] private _phases;

    mapping(uint256 phase => BitMaps.BitMap lines) private _claimed;

    BitMaps.BitMap private _redeemed;

    /*//////////////////////////////////////////////////////////////
                              CONSTRUCTION
    //////////////////////////////////////////////////////////////*/

    constructor(ICollectionToken collection, address owner, address payable paid, Phase[] memory planned)
        Ownable(owner)
        EIP712("Collection Sale", "1")
    {
        token = collection;
        payee = paid;
        for (uint256 phase = 0; phase < planned.length; ++phase) _setPhase(phase, planned[phase]);
    }

    /*//////////////////////////////////////////////////////////////
                                 BUYING
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ISale
    function buy(uint256 phase, uint256 quantity) external payable whenNotPaused {
        Phase memory terms = _openPhase(phase);
        if (terms.root != 0) revert WrongPhase(phase);
        if (terms.perAccount != 0) {
            uint256 before = bought[phase][msg.sender];
            uint256 remaining = terms.perAccount > before ? terms.perAccount - before : 0;
            if (quantity > remaining) revert AccountLimitExceeded(remaining, quantity);
            bought[phase][msg.sender] = before + quantity;
        }
        _sellInPhase(phase, terms, quantity);
    }

    /// @inheritdoc ISale
    function claim(uint256 phase, uint256 index, uint256 allowed, uint256 quantity, bytes32[] calldata proof)
        external
        payable
        whenNotPaused
    {
        Phase memory terms = _openPhase(phase);
        if (terms.root == 0) revert WrongPhase(phase);
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(index, msg.sender, allowed))));
        if (!MerkleProof.verifyCalldata(proof, terms.root, leaf)) revert NotListed(msg.sender, index);
        if (quantity > allowed) revert AccountLimitExceeded(allowed, quantity);
        if (_claimed[phase].get(index)) revert AlreadyUsed(index);
        _claimed[phase].set(index);
        _sellInPhase(phase, terms, quantity);
    }

    /// @inheritdoc ISale
    function redeem(Voucher calldata voucher, bytes calldata signature) external payable whenNotPaused {
        // slither-disable-next-line timestamp
        if (block.timestamp > voucher.deadline) revert VoucherExpired(voucher.deadline);
        bytes32 digest = _hashTypedDataV4(
            keccak256(
                abi.encode(
                    VOUCHER_TYPE,
                    voucher.recipient,
                    voucher.quantity,
                    voucher.price,
                    voucher.deadline,
                    voucher.nonce
                )
            )
        );
        // slither-disable-next-line unused-return
        (address signer, ECDSA.RecoverError wrong,) = ECDSA.tryRecover(digest, signature);
        if (wrong != ECDSA.RecoverError.NoError || signer != owner()) revert InvalidSignature();
        _spendVoucher(voucher.nonce);
        _sell(voucher.recipient, voucher.quantity, voucher.price);
    }

    function _openPhase(uint256 phase) private view returns (Phase memory terms) {
        if (phase >= _phases.length) revert UnknownPhase(phase);
        terms = _phases[phase];
        // slither-disable-next-line timestamp
        if (block.timestamp < terms.start || (terms.end != 0 && block.timestamp >= terms.end)) {
            revert PhaseClosed(phase);
        }
    }

    function _sellInPhase(uint256 phase, Phase memory terms, uint256 quantity) private {
        uint256 before = sold[phase];
        if (terms.supply != 0) {
            uint256 remaining = terms.supply > before ? terms.supply - before : 0;
            if (quantity > remaining) revert PhaseLimitExceeded(remaining, quantity);
        }
        sold[phase] = before + quantity;
        _sell(msg.sender, quantity, terms.price);
    }

    function _spendVoucher(uint256 nonce) private {
        if (_redeemed.get(nonce)) revert AlreadyUsed(nonce);
        _redeemed.set(nonce);
    }

    /// @dev Everything that limits purchases is written before.
    function _sell(address recipient, uint256 quantity, uint256 price) private {
        if (quantity == 0) revert NoQuantity();
        if (msg.value != price * quantity) revert WrongPayment(price * quantity, msg.value);
        uint256 first = token.nextTokenId();
        emit Sold(recipient, first, quantity, msg.value);
        token.mintBatch(recipient, first, quantity);
        if (recipient.code.length != 0) {
            for (uint256 tokenId = first; tokenId < first + quantity; ++tokenId) {
                ERC721Utils.checkOnERC721Received(msg.sender, address(0), recipient, tokenId, "");
            }
        }
    }

    /*//////////////////////////////////////////////////////////////
                               THE OWNER
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ISale
    function setPhase(uint256 phase, Phase calldata terms) external onlyOwner {
        _setPhase(phase, terms);
    }

    function _setPhase(uint256 phase, Phase memory terms) private {
        if (phase > _phases.length) revert UnknownPhase(phase);
        if (terms.end != 0 && terms.end <= terms.start) revert InvalidPhase(phase);
        if (phase == _phases.length) _phases.push(terms);
        else _phases[phase] = terms;
        emit PhaseSet(phase, terms);
    }

    /// @inheritdoc ISale
    function voidVoucher(uint256 nonce) external onlyOwner {
        _spendVoucher(nonce);
    }

    /// @inheritdoc ISale
    function pause() external onlyOwner {
        _pause();
    }

    /// @inheritdoc ISale
    function unpause() external onlyOwner {
        _unpause();
    }

    /// @inheritdoc ISale
    function acceptToken() external onlyOwner {
        Ownable2Step(address(token)).acceptOwnership();
    }

    /// @inheritdoc ISale
    function returnToken() external onlyOwner {
        Ownable2Step(address(token)).transferOwnership(owner());
    }

    /// @notice Refused: nobody could have the collection back.
    function renounceOwnership() public view override onlyOwner {
        revert OwnableInvalidOwner(address(0));
    }

    /// @inheritdoc ISale
    function withdraw() external {
        uint256 amount = address(this).balance;
        emit Withdrawn(payee, amount);
        (bool paid,) = payee.call{value: amount}("");
        if (!paid) revert PaymentRefused(payee);
    }

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ISale
    function phases() external view returns (Phase[] memory) {
        return _phases;
    }

    /// @inheritdoc ISale
    function claimed(uint256 phase, uint256 index) external view returns (bool) {
        return _claimed[phase].get(index);
    }

    /// @inheritdoc ISale
    function redeemed(uint256 nonce) external view returns (bool) {
        return _redeemed.get(nonce);
    }
}
