// Sends the transactions of stdin, [{from, to, data, value}], one after the other by the rules of the fork Amsterdam, and
// prints the gas that each took. Accounts have what they need, and no signature is asked for.
import { readFileSync } from "node:fs";

import { createBlock } from "@ethereumjs/block";
import { Common, Hardfork, Mainnet } from "@ethereumjs/common";
import { createLegacyTx } from "@ethereumjs/tx";
import { createAccount, createAddressFromString } from "@ethereumjs/util";
import { createVM, runTx } from "@ethereumjs/vm";

const LIMIT = 500_000_000n;
const common = new Common({ chain: Mainnet, hardfork: Hardfork.Amsterdam });
const vm = await createVM({ common });
const block = createBlock({ header: { number: 1n, timestamp: 2_000_000_000n, gasLimit: 10_000_000_000n, baseFeePerGas: 0n } }, { common });

const known = new Set();
const gas = [];
for (const { from, to, data, value } of JSON.parse(readFileSync(0, "utf8"))) {
  const sender = createAddressFromString(from);
  if (!known.has(from)) await vm.stateManager.putAccount(sender, createAccount({ balance: 10n ** 30n }));
  known.add(from);
  const account = await vm.stateManager.getAccount(sender);
  const fields = { nonce: account.nonce, gasPrice: 0n, gasLimit: LIMIT, to: to ?? undefined, data, value: BigInt(value) };
  const tx = createLegacyTx(fields, { common, freeze: false });
  tx.getSenderAddress = () => sender;
  tx.isSigned = () => true;
  const { totalGasSpent, execResult } = await runTx(vm, { tx, block, skipBlockGasLimitValidation: true });
  if (execResult.exceptionError) throw new Error(`transaction ${gas.length}: ${execResult.exceptionError.error}`);
  gas.push(Number(totalGasSpent));
}
console.log(JSON.stringify(gas));
