// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a sale of a collection's tokens offers
interface ISale {
    /*//////////////////////////////////////////////////////////////
                                 TYPES
    //////////////////////////////////////////////////////////////*/

    /// @notice A time in which tokens are sold at one price: to everybody, or to those on a list.
    struct Phase {
        /// Seconds of the Unix epoch from which on it sells.
        uint40 start;
        /// Seconds of the Unix epoch from which on it no longer sells; 0: it has no end.
        uint40 end;
        /// Price of a token, in the smallest unit of the chain's currency.
        uint96 price;
        /// Most tokens that one account may buy in it; 0: any number. A list has its own limits.
        uint16 perAccount;
        /// Most tokens that it sells; 0: as many as there are.
        uint32 supply;
        /// Root of the list of those who may buy; 0: everybody may.
        bytes32 root;
    }

    /// @notice A signed promise of tokens at a price.
    struct Voucher {
        /// Who gets the tokens, whoever pays for them.
        address recipient;
        /// How many.
        uint256 quantity;
        /// Price of one of them, in the smallest unit of the chain's currency.
        uint256 price;
        /// Seconds of the Unix epoch after which it is void.
        uint256 deadline;
        /// Its number; each is good once.
        uint256 nonce;
    }

    /*//////////////////////////////////////////////////////////////
                                 ERRORS
    //////////////////////////////////////////////////////////////*/

    /// @notice There is no such phase.
    error UnknownPhase(uint256 phase);

    /// @notice A phase must end after it starts.
    error InvalidPhase(uint256 phase);

    /// @notice The phase does not sell at this time.
    error PhaseClosed(uint256 phase);

    /// @notice The phase sells to those on its list only, or has no list.
    error WrongPhase(uint256 phase);

    /// @notice A purchase is of at least one token.
    error NoQuantity();

    /// @notice More than the account may still buy in this phase, or by its line of the list.
    error AccountLimitExceeded(uint256 remaining, uint256 requested);

    /// @notice More than the phase still sells.
    error PhaseLimitExceeded(uint256 remaining, uint256 requested);

    /// @notice The payment must be exact.
    error WrongPayment(uint256 expected, uint256 given);

    /// @notice The list does not have this line.
    error NotListed(address account, uint256 index);

    /// @notice This line of the list, or this voucher, was used already.
    error AlreadyUsed(uint256 number);

    /// @notice The deadline of the voucher is over.
    error VoucherExpired(uint256 deadline);

    /// @notice The voucher was not signed by the owner of the sale for this contract and chain.
    error InvalidSignature();

    /// @notice The account to be paid did not take the payment; it stays here.
    error PaymentRefused(address account);

    /*//////////////////////////////////////////////////////////////
                                 EVENTS
    //////////////////////////////////////////////////////////////*/

    /// @notice Tokens were sold: `quantity` ids from `firstTokenId` on.
    event Sold(address indexed recipient, uint256 firstTokenId, uint256 quantity, uint256 paid);

    /// @notice A phase was added or changed.
    event PhaseSet(uint256 indexed phase, Phase terms);

    /// @notice What the sale took was passed on.
    event Withdrawn(address indexed account, uint256 amount);

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @notice All phases, by their numbers.
    function phases() external view returns (Phase[] memory);

    /// @notice Tokens that a phase sold so far.
    function sold(uint256 phase) external view returns (uint256);

    /// @notice Tokens that an account bought in a phase that limits them.
    function bought(uint256 phase, address account) external view returns (uint256);

    /// @notice Whether a line of a phase's list was used.
    function claimed(uint256 phase, uint256 index) external view returns (bool);

    /// @notice Whether a voucher was used or withdrawn.
    function redeemed(uint256 nonce) external view returns (bool);

    /// @notice Who is paid what the sale takes.
    function payee() external view returns (address payable);

    /*//////////////////////////////////////////////////////////////
                                 WRITES
    //////////////////////////////////////////////////////////////*/

    /// @notice Buy tokens in a phase that sells to everybody; they go to the caller.
    function buy(uint256 phase, uint256 quantity) external payable;

    /// @notice Buy up to `allowed` tokens by line `index` of the phase's list, once; they go to the caller.
    /// @dev A leaf is keccak256(keccak256(abi.encode(index, account, allowed))); a node hashes its two children, the
    /// smaller first.
    function claim(uint256 phase, uint256 index, uint256 allowed, uint256 quantity, bytes32[] calldata proof)
        external
        payable;

    /// @notice Buy what a voucher promises; anybody may pay, and the tokens go to its recipient.
    function redeem(Voucher calldata voucher, bytes calldata signature) external payable;

    /// @notice Add a phase (`phase` is how many there are), or change one; what it sold stays counted.
    function setPhase(uint256 phase, Phase calldata terms) external;

    /// @notice Make a voucher void that was not used yet.
    function voidVoucher(uint256 nonce) external;

    /// @notice Stop selling.
    function pause() external;

    /// @notice Sell again.
    function unpause() external;

    /// @notice Take over the collection, whose owner offered it to this contract: from then on it can mint.
    function acceptToken() external;

    /// @notice Offer the collection back to the owner of the sale, who then accepts it.
    function returnToken() external;

    /// @notice Pay what the sale took to `payee`. Anybody may ask for that.
    function withdraw() external;
}
