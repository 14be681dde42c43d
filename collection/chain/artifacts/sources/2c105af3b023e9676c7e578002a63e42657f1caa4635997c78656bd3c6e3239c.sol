// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a splitter offers: everyone's part of what was paid to it
/// @notice `currency` is an ERC-20 contract, or the zero address for the chain's own currency.
interface ISplitter {
    /*//////////////////////////////////////////////////////////////
                                 TYPES
    //////////////////////////////////////////////////////////////*/

    /// @notice Somebody who is paid, and the part of `totalShares` that is theirs.
    struct Payee {
        address account;
        uint96 shares;
    }

    /*//////////////////////////////////////////////////////////////
                                 ERRORS
    //////////////////////////////////////////////////////////////*/

    /// @notice A splitter needs somebody to pay.
    error NoPayees();

    /// @notice Each payee is an account of its own with a share of at least 1, and not the zero address.
    error InvalidPayee(address account);

    /// @notice There is nothing for this account in this currency now.
    error NothingDue(address account, address currency);

    /// @notice The account did not take the payment; it stays due.
    error PaymentRefused(address account);

    /*//////////////////////////////////////////////////////////////
                                 EVENTS
    //////////////////////////////////////////////////////////////*/

    /// @notice A payee was paid.
    event Released(address indexed account, address indexed currency, uint256 amount);

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @notice Everybody who is paid, in the order of the deployment.
    function payees() external view returns (Payee[] memory);

    /// @notice The sum of all shares.
    function totalShares() external view returns (uint256);

    /// @notice What an account can take now.
    function due(address account, address currency) external view returns (uint256);

    /// @notice What an account took so far.
    function released(address account, address currency) external view returns (uint256);

    /*//////////////////////////////////////////////////////////////
                                 WRITES
    //////////////////////////////////////////////////////////////*/

    /// @notice Pay an account what is due to it. Anybody may ask for that; nobody can divert it.
    function release(address account, address currency) external;
}
