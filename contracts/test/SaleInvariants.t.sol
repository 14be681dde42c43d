// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CollectionToken} from "../src/CollectionToken.sol";
import {Sale} from "../src/Sale.sol";
import {InvariantTest} from "./Test.sol";
import {SaleHandler} from "./SaleHandler.sol";

/// After any sequence of purchases and decisions the sale has counted, kept and given out what its naive model says.
contract SaleInvariants is InvariantTest {
    SaleHandler private model;
    CollectionToken private token;
    Sale private sale;

    function setUp() public {
        model = new SaleHandler(60);
        (token, sale, target) = (model.token(), model.sale(), address(model));
        vm.deal(address(model), 1 ether);
    }

    function invariant_saleSaysWhatItsModelSays() public view {
        check(token.totalSupply() == model.minted() && model.minted() <= 60, "supply");
        for (uint256 id = 1; id <= model.minted(); ++id) check(token.ownerOf(id) == model.ownerOf(id), "buyer");
        for (uint256 phase = 0; phase < 3; ++phase) {
            check(sale.sold(phase) == model.sold(phase), "sold");
            for (uint256 place = 0; place < 4; ++place) {
                address actor = model.actors(place);
                check(sale.bought(phase, actor) == model.bought(phase, actor), "bought");
            }
        }
        check(sale.sold(0) <= 40 && sale.sold(1) <= 6, "limits of the phases");
        for (uint256 line = 0; line < 4; ++line) check(sale.claimed(1, line) == model.claimed(line), "lines");
        for (uint256 nonce = 0; nonce < 13; ++nonce) check(sale.redeemed(nonce) == model.redeemed(nonce), "vouchers");
        check(address(sale).balance + sale.payee().balance == model.taken(), "what was paid is there or paid out");
        check(sale.paused() == model.paused() && token.owner() == address(sale), "state");
    }
}
