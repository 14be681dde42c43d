// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CollectionToken} from "../src/CollectionToken.sol";
import {Test} from "./Test.sol";

/// Tokens of each kind that there is: of a closed run, of a list, minted alone, of the open run, and moved.
abstract contract EveryWay is Test {
    address internal constant ANNA = address(0xA001);
    address internal constant BEN = address(0xA002);
    address internal constant CLEO = address(0xA003);
    uint256 internal constant LAST = 33;

    function mintEveryWay(CollectionToken token) internal {
        token.mintBatch(ANNA, 1, 10); // a closed run
        address[] memory owners = new address[](6);
        for (uint256 place = 0; place < 6; ++place) owners[place] = place % 2 == 0 ? ANNA : BEN;
        token.airdrop(11, owners); // a list
        token.mintBatch(BEN, 17, 1); // alone
        token.mintBatch(BEN, 18, 8);
        token.mintBatch(ANNA, 26, 8); // the open run
        vm.prank(ANNA);
        token.transferFrom(ANNA, CLEO, 5); // moved
    }
}
