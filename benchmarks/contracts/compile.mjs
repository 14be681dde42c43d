// Prints the contracts of Peers.sol: for each name its ABI, its code that deploys, and the bytes of its deployed code.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { compile } from "../../contracts/solidity.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const contracts = join(here, "..", "..", "contracts");
const places = [here, join(here, "node_modules"), contracts, join(contracts, "node_modules")];

function read(name) {
  return readFileSync(join(places.find((place) => existsSync(join(place, name))), name), "utf8");
}

const found = Object.entries(compile(["Peers.sol"], read)["Peers.sol"]).map(([name, { abi, evm }]) => [
  name,
  { abi, bytecode: `0x${evm.bytecode.object}`, size: evm.deployedBytecode.object.length / 2 },
]);
console.log(JSON.stringify(Object.fromEntries(found)));
