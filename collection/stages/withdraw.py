"""Withdrawals: what royalties and sales brought goes to those who are owed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from collection.errors import ChainError
from collection.project import Project
from collection.stages.names import names_of
from collection.stages.publication import publication_of
from collection.stages.report import Report
from collection.values import Failure, Progress, silent

if TYPE_CHECKING:
    from collection.chain.splitter import SplitterContract
    from collection.store.publication_records import Deployment


@dataclass(frozen=True, slots=True)
class WithdrawStage:
    """Pays everybody what the splitter of the set's contract owes them; anybody may ask for that, and pays the gas."""

    currency: str | None = None
    """The contract of an ERC-20 token; None: the chain's own currency."""
    name: ClassVar[str] = "withdraw"
    unit: ClassVar[str] = "contract"

    def pending(self, project: Project) -> int:
        """1 if the set has a contract with a splitter; only the chain knows what is due."""
        known = publication_of(project).deployment()
        return int(splitter_of(project, known) is not None)

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Pay what is due, each payee in a transaction of its own; one who refuses is named, the others are paid."""
        from collection.chain.addresses import NOBODY
        from collection.chain.splitter import SplitterContract

        currency = names_of(project).address(self.currency, "--currency", keep=False) if self.currency else NOBODY
        publication = publication_of(project)
        known = publication.deployment()
        address = splitter_of(project, known)
        if address is None:
            receiver = (known.settings or {}).get("royalty_receiver", "one account")
            raise ChainError(
                f"{known.address} pays {receiver} at once: there is nothing to withdraw",
                "a splitter is deployed with the contract where two [[artists]] have addresses",
            )
        with publication.chain() as chain:
            account = publication.account(chain)
            if self.currency and not chain.has_code(currency):
                raise ChainError(f"there is no token contract at {currency} on {chain.network.name}")
            splitter, paid, failed, gas = SplitterContract(chain, address), {}, [], 0
            for payee, due in _due(splitter, currency).items():
                try:
                    gas += splitter.release(account, payee, currency)
                except ChainError as error:
                    failed.append(Failure(payee, f"{error.message}; {due:,} stay due"))
                else:
                    paid[payee] = due
        unit = f"smallest units of {self.currency}" if self.currency else "wei"
        told = ", ".join(f"{due:,} {unit} to {payee}" for payee, due in paid.items())
        line = f"{told}, {gas:,} gas" if paid else "nothing to do: nothing is due" if not failed else "nobody was paid"
        details = {"splitter": address, "currency": self.currency, "paid": paid, "gas": gas}
        return Report(self.name, line, details, failed, complete=not failed)


def _due(splitter: SplitterContract, currency: str) -> dict[str, int]:
    """What is due to each payee now; who is owed nothing is left out."""
    due = {payee.address: splitter.due(payee.address, currency) for payee in splitter.payees()}
    return {address: amount for address, amount in due.items() if amount}


def splitter_of(project: Project, known: Deployment) -> str | None:
    """The splitter that a contract was deployed with, by the records."""
    receiver = str((known.settings or {}).get("royalty_receiver", "")).lower()
    splitters = project.store.companions(known.chain_id, "splitter")
    return next((each.address for each in splitters if each.address.lower() == receiver), None)
