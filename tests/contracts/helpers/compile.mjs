// Prints ABI and bytecode of the contracts that tests need, as JSON by name.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { compile } from "../../../contracts/solidity.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "..", "..", "..", "contracts", "node_modules");
const read = (name) => readFileSync(join(name.startsWith("@") ? modules : here, name), "utf8");
const found = Object.entries(compile(["Helpers.sol"], read)["Helpers.sol"]);
const told = found.map(([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` }]);
console.log(JSON.stringify(Object.fromEntries(told)));
