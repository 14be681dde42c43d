// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {ISplitter} from "./ISplitter.sol";

/// @title Divides what is paid to it among fixed accounts in fixed shares
/// @notice It has no owner and no setting: accounts and shares are those of its deployment for ever. It pays nobody by
/// itself, so that an account that refuses payments holds up no other: each takes its part with `release`.
/// @dev Of each currency an account is due (all that ever came * its shares / all shares) less what it took. Rounding
/// is downwards, so less than one unit a payee stays behind. A token whose balances change by themselves, or which keeps
/// a fee, is divided by the balance that is there.
contract Splitter is ISplitter {
    using SafeERC20 for IERC20;

    /*//////////////////////////////////////////////////////////////
                                 STATE
    //////////////////////////////////////////////////////////////*/

    /// @dev Stands for the chain's own currency.
    address private constant NATIVE = address(0);

    /// @inheritdoc ISplitter
    uint256 public immutable totalShares;

    /// @inheritdoc ISplitter
    mapping(address account => mapping(address currency => uint256 amount)) public released;

    mapping(address account => uint256 shares) private _shares;

    mapping(address currency => uint256 amount) private _totalReleased;

    Payee[] private _payees;

    /*//////////////////////////////////////////////////////////////
                              CONSTRUCTION
    //////////////////////////////////////////////////////////////*/

    constructor(Payee[] memory wanted) {
        if (wanted.length == 0) revert NoPayees();
        uint256 sum = 0;
        for (uint256 place = 0; place < wanted.length; ++place) {
            Payee memory payee = wanted[place];
            if (payee.account == address(0) || payee.shares == 0 || _shares[payee.account] != 0) {
                revert InvalidPayee(payee.account);
            }
            _shares[payee.account] = payee.shares;
            _payees.push(payee);
            sum += payee.shares;
        }
        totalShares = sum;
    }

    /// @notice Anybody may pay in.
    /// @dev Nothing is done here, so that payers who pass on no more than 2,300 gas can pay.
    receive() external payable {}

    /*//////////////////////////////////////////////////////////////
                                 READS
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ISplitter
    function payees() external view returns (Payee[] memory) {
        return _payees;
    }

    /// @inheritdoc ISplitter
    function due(address account, address currency) public view returns (uint256) {
        uint256 balance = currency == NATIVE ? address(this).balance : IERC20(currency).balanceOf(address(this));
        uint256 earned = (balance + _totalReleased[currency]) * _shares[account] / totalShares;
        uint256 taken = released[account][currency];
        return earned > taken ? earned - taken : 0;
    }

    /*//////////////////////////////////////////////////////////////
                                PAYMENT
    //////////////////////////////////////////////////////////////*/

    /// @inheritdoc ISplitter
    /// @dev Not an arbitrary receiver: only a payee is ever due anything.
    // slither-disable-next-line arbitrary-send-eth,missing-zero-check
    function release(address account, address currency) external {
        uint256 amount = due(account, currency);
        // slither-disable-next-line incorrect-equality
        if (amount == 0) revert NothingDue(account, currency);
        // Written before anything is sent: who is paid and calls back finds nothing due.
        released[account][currency] += amount;
        _totalReleased[currency] += amount;
        emit Released(account, currency, amount);
        if (currency == NATIVE) {
            (bool paid,) = account.call{value: amount}("");
            if (!paid) revert PaymentRefused(account);
        } else {
            IERC20(currency).safeTransfer(account, amount);
        }
    }
}
