// The compiler and its settings, the same for what ships and for what it is measured beside.
import { createRequire } from "node:module";

const solc = createRequire(import.meta.url)("solc");
export const version = solc.version();

// Shanghai: Ganache, one of the three chains under test, knows no later opcode.
// No metadata hash and no CBOR tail: the bytecode then depends on code and settings alone.
export const settings = {
  evmVersion: "shanghai",
  optimizer: { enabled: true, runs: 200 },
  metadata: { bytecodeHash: "none", appendCBOR: false },
};

/** Compile files whose text `read(name)` gives; the output of `contracts` by name. Raises what is wrong in src/. */
export function compile(roots, read) {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(roots.map((name) => [name, { content: read(name) }])),
    settings: { ...settings, outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode"] } } },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: (name) => ({ contents: read(name) }) }));
  // Warnings in the dependencies are theirs to mend; ours are errors.
  const ours = (output.errors ?? []).filter(
    (error) => error.severity === "error" || error.sourceLocation?.file.startsWith("src/"),
  );
  if (ours.length > 0) throw new Error(ours.map((error) => error.formattedMessage).join("\n"));
  return output.contracts;
}
