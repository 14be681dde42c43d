// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CollectionToken} from "../src/CollectionToken.sol";
import {InvariantTest} from "./Test.sol";
import {TokenHandler} from "./TokenHandler.sol";

/// After any sequence of calls the token contract says what its naive model says.
contract TokenInvariants is InvariantTest {
    uint256 private constant SUPPLY = 150;

    TokenHandler private model;
    CollectionToken private token;

    function setUp() public {
        model = new TokenHandler(SUPPLY);
        token = model.token();
        target = address(model);
    }

    /// One function: forge makes a campaign of its own for each.
    function invariant_tokenSaysWhatItsModelSays() public view {
        ownersAndApprovalsAreTheModels();
        nothingExistsBeyondTheLastId();
        balancesAreCountsOfTokens();
        operatorsAreTheModels();
        royaltiesAreAShareOfThePrice();
    }

    function ownersAndApprovalsAreTheModels() private view {
        uint256 end = token.nextTokenId();
        check(end == model.minted() + 1, "next id");
        check(token.totalSupply() == model.minted() && model.minted() <= SUPPLY, "supply");
        (address[] memory owners, address[] memory approved) = model.all();
        for (uint256 id = 1; id < end; ++id) {
            check(token.ownerOf(id) == owners[id], "owner");
            check(token.getApproved(id) == approved[id], "approval");
        }
    }

    function nothingExistsBeyondTheLastId() private view {
        uint256 end = token.nextTokenId();
        check(!_exists(0) && !_exists(end) && !_exists(end + 1) && !_exists(type(uint256).max), "exists");
    }

    function balancesAreCountsOfTokens() private view {
        uint256 sum = 0;
        (address[] memory owners,) = model.all();
        for (uint256 place = 0; place < model.countActors(); ++place) {
            address actor = model.actors(place);
            uint256 balance = token.balanceOf(actor);
            uint256 count = 0;
            for (uint256 id = 1; id < owners.length; ++id) if (owners[id] == actor) ++count;
            check(balance == count, "balance");
            sum += balance;
        }
        check(sum == token.totalSupply(), "sum of the balances");
    }

    function operatorsAreTheModels() private view {
        for (uint256 one = 0; one < model.countActors(); ++one) {
            for (uint256 other = 0; other < model.countActors(); ++other) {
                (address owner, address operator) = (model.actors(one), model.actors(other));
                check(token.isApprovedForAll(owner, operator) == model.operators(owner, operator), "operator");
            }
        }
    }

    function royaltiesAreAShareOfThePrice() private view {
        uint256 price = 1 ether + token.totalSupply() * 12_345_677;
        (address receiver, uint256 amount) = token.royaltyInfo(token.totalSupply(), price);
        check(receiver == model.royaltyReceiver() && amount == price * 725 / 10_000, "royalty");
    }

    function _exists(uint256 id) private view returns (bool found) {
        try token.ownerOf(id) {
            found = true;
        } catch {}
    }
}
