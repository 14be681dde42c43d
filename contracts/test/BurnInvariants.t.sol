// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BurnableToken} from "../src/BurnableToken.sol";
import {InvariantTest} from "./Test.sol";
import {BurnHandler, BurnValidationHandler} from "./BurnHandler.sol";

/// After any sequence of calls, burnings among them, a token that can be burned says what its naive model says.
abstract contract BurnModel is InvariantTest {
    uint256 internal constant SUPPLY = 60;

    BurnHandler internal model;
    BurnableToken private token;

    function _watch(BurnHandler handler) internal {
        model = handler;
        token = BurnableToken(address(handler.token()));
        target = address(handler);
    }

    function invariant_tokenSaysWhatItsModelSays() public view {
        check(token.nextTokenId() == model.minted() + 1, "next id");
        check(token.totalSupply() == model.minted() && model.minted() <= SUPPLY, "minted");
        (address[] memory owners, address[] memory approved) = model.all();
        uint256 gone = 0;
        for (uint256 id = 1; id < owners.length; ++id) {
            bool lost = owners[id] == address(0);
            check(token.burned(id) == lost, "burned");
            if (lost) {
                ++gone;
                check(!_answers(abi.encodeCall(token.ownerOf, (id))), "a burned token has an owner");
                check(!_answers(abi.encodeCall(token.getApproved, (id))), "a burned token has an approval");
                check(!_answers(abi.encodeCall(token.tokenURI, (id))), "a burned token has a document");
            } else {
                check(token.ownerOf(id) == owners[id], "owner");
                check(token.getApproved(id) == approved[id], "approval");
            }
        }
        check(token.totalBurned() == gone && model.burnings() == gone, "sum of the burned");
        _balancesAreCounts(owners, gone);
    }

    function _balancesAreCounts(address[] memory owners, uint256 gone) private view {
        uint256 sum = 0;
        for (uint256 place = 0; place < model.countActors(); ++place) {
            address actor = model.actors(place);
            uint256 count = 0;
            for (uint256 id = 1; id < owners.length; ++id) if (owners[id] == actor) ++count;
            check(token.balanceOf(actor) == count, "balance");
            sum += count;
        }
        check(sum == token.totalSupply() - gone, "sum of the balances");
    }

    function _answers(bytes memory call) private view returns (bool answered) {
        (answered,) = address(token).staticcall(call);
    }
}

contract BurnInvariants is BurnModel {
    function setUp() public {
        _watch(new BurnHandler(SUPPLY));
    }
}

contract BurnValidationInvariants is BurnModel {
    function setUp() public {
        _watch(new BurnValidationHandler(SUPPLY));
    }
}
