// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BurnableToken} from "../src/BurnableToken.sol";
import {BurnableValidatedToken} from "../src/BurnableValidatedToken.sol";
import {CollectionToken} from "../src/CollectionToken.sol";
import {ICollectionToken} from "../src/ICollectionToken.sol";
import {ITransferValidator} from "../src/ICreatorToken.sol";
import {Vm} from "./Test.sol";
import {TokenHandler} from "./TokenHandler.sol";

/// Refuses a third of all transfers, by who asks, who gives, who gets and what.
contract PickyValidator is ITransferValidator {
    function refuses(address caller, address from, address to, uint256 tokenId) public pure returns (bool) {
        return uint256(keccak256(abi.encode(caller, from, to, tokenId))) % 3 == 0;
    }

    function validateTransfer(address caller, address from, address to, uint256 tokenId) external pure {
        require(!refuses(caller, from, to, tokenId), "not this one");
    }
}

/// As `TokenHandler`, and tokens are burned: then nobody owns them in the model.
contract BurnHandler is TokenHandler {
    uint256 public burnings;

    constructor(uint256 supply) TokenHandler(supply) {}

    function _deploy(ICollectionToken.Settings memory settings) internal virtual override returns (CollectionToken) {
        return new BurnableToken(settings);
    }

    function burn(uint256 caller, uint256 id) external {
        address sender = _actor(caller);
        id = within(id, 0, ownerOf.length);
        address owner = id < ownerOf.length ? ownerOf[id] : address(0);
        bool possible = owner != address(0)
            && (sender == owner || approved[id] == sender || operators[owner][sender]);
        vm.recordLogs();
        _call(sender, abi.encodeCall(BurnableToken.burn, (id)), possible);
        if (!possible) return;
        delete ownerOf[id];
        delete approved[id];
        ++burnings;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        check(logs.length == 1, "a burning tells one event");
        _checkTransfer(logs[0], owner, address(0), id);
    }

    /// Random calls seldom come from somebody who may burn.
    function burnOwn(uint256 id) external {
        id = within(id, 0, minted());
        address owner = ownerOf[id];
        if (owner == address(0)) return;
        vm.recordLogs();
        _call(owner, abi.encodeCall(BurnableToken.burn, (id)), true);
        delete ownerOf[id];
        delete approved[id];
        ++burnings;
        _checkTransfer(vm.getRecordedLogs()[0], owner, address(0), id);
    }
}

/// As `BurnHandler`, and a validator refuses some transfers, but no burning and no mint.
contract BurnValidationHandler is BurnHandler {
    PickyValidator private validator;

    constructor(uint256 supply) BurnHandler(supply) {}

    function _deploy(ICollectionToken.Settings memory settings) internal override returns (CollectionToken) {
        validator = new PickyValidator();
        return new BurnableValidatedToken(settings, address(validator));
    }

    function _allows(address caller, address from, address to, uint256 id) internal view override returns (bool) {
        return !validator.refuses(caller, from, to, id);
    }
}
