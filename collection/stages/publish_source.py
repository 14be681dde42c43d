"""The stage that gives the sources of a project's contracts to a service that shows them beside their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from collection.chain.source_services.opening import DEFAULT_KEY, open_service
from collection.errors import ChainError
from collection.project import Project
from collection.stages.publication import publication_of
from collection.stages.report import Report
from collection.values import Failure, Progress, amount, silent

if TYPE_CHECKING:
    from collection.chain.connection import Chain
    from collection.chain.source_services.publish import Published
    from collection.chain.source_services.service import SourceService
    from collection.store.publication_records import Companion, Deployment


@dataclass(frozen=True, slots=True)
class PublishSourceStage:
    """Has every contract of the project on the configured network verified by a service; nothing is paid."""

    to: str = "sourcify"
    at: str | None = None
    """The address of the service, where it is not the public one."""
    key: str = DEFAULT_KEY
    """env:NAME, the environment variable that holds Etherscan's key."""
    seconds: float = 300.0
    """How long a service may take over one contract before the run goes on with the next."""
    name: ClassVar[str] = "publish-source"
    unit: ClassVar[str] = "contract"

    def pending(self, project: Project) -> int:
        """The contracts that the service has not shown yet, by the records; nobody is asked."""
        from collection.chain.source_services.subjects import deployed

        service, chain_id = self._service(project), publication_of(project).network.chain_id
        requests = [
            project.store.source_request(chain_id, each.address, service.name)
            for each in deployed(project.store, chain_id)
        ]
        return sum(request is None or request.status != "verified" for request in requests)

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Publish one source after another; what a service refuses is told, and the others go on."""
        service = self._service(project)
        contracts, found, failed = _contracts(project), list[Mapping[str, Any]](), list[Failure]()
        with publication_of(project).chain() as chain:
            for done, contract in enumerate(contracts, start=1):
                told, failure = self._one(project, chain, service, contract)
                found.append(told)
                failed += [Failure(f"{told['contract'] or 'contract'} {contract.address}", failure)] if failure else []
                progress(done, len(contracts))
            network = chain.network.name
        verified = sum(each["state"] == "verified" for each in found)
        line = f"{verified} of {amount(len(found), 'contract')} on {network} verified by {service.name}"
        details = {"service": service.name, "network": network, "contracts": found}
        return Report(self.name, line, details, failed, complete=not failed, notes=_notes(found))

    def preview(self, project: Project) -> Report:
        """What would be sent, without asking anybody; raises what `run` raises before it asks."""
        from collection.chain.source_services.subjects import compiled_of
        from collection.chain.standard_json import standard_json

        service, left, found = self._service(project), self.pending(project), list[Mapping[str, Any]]()
        notes, failed = list[str](), list[Failure]()
        for contract in _contracts(project):
            try:
                compiled = compiled_of(contract)
                standard_json(compiled)
            except ChainError as error:
                failed.append(Failure(f"contract {contract.address}", _both(error)))
                continue
            found.append({"contract": compiled.name, "address": contract.address, "compiler": compiled.compiler})
            files = amount(len(compiled.sources), "source")
            notes.append(f"{compiled.name} {contract.address}: {files}, solc {compiled.compiler}")
        line = f"{amount(left, 'contract')} to be verified by {service.name}; nothing was sent"
        details = {"service": service.name, "pending": left, "contracts": found}
        return Report(self.name, line, details, failed, complete=not failed, notes=notes)

    def _service(self, project: Project) -> SourceService:
        return open_service(self.to, publication_of(project).network, self.at, self.key)

    def _one(
        self, project: Project, chain: Chain, service: SourceService, contract: Deployment | Companion
    ) -> tuple[dict[str, Any], str | None]:
        """What came of one contract, in JSON values; and why it is not verified."""
        from collection.chain.source_services.publish import publish
        from collection.chain.source_services.subjects import subject_of

        told: dict[str, Any] = {"contract": "", "address": contract.address, "state": "failed", "told": "", "page": ""}
        try:
            subject = subject_of(chain, contract)
            told |= {"contract": subject.compiled.name, "page": service.page(subject)}
            published = publish(project.store, service, subject, seconds=self.seconds)
        except ChainError as error:
            return {**told, "told": error.message}, _both(error)
        verdict = published.verdict
        told |= {"state": verdict.state.value, "told": verdict.told, "sent": published.sent}
        return told, _failure(published)


def _contracts(project: Project) -> list[Deployment | Companion]:
    """The contracts on the configured network; raises ChainError where there is none."""
    from collection.chain.source_services.subjects import deployed

    network = publication_of(project).network
    contracts = deployed(project.store, network.chain_id)
    if not contracts:
        raise ChainError(f"this project has no contract on {network.name}", "collection deploy")
    return contracts


def _failure(published: Published) -> str | None:
    """Why a contract is not verified; None: it is."""
    from collection.chain.source_services.service import State

    verdict = published.verdict
    if verdict.state is State.VERIFIED:
        return None
    if verdict.state is State.REFUSED:
        return f"refused: {verdict.told}"
    if verdict.state is State.EARLY:
        return f"the service does not see it yet ({verdict.told}): run the same command again in some minutes"
    return "the service has not decided yet: run the same command again, and it is asked about the same request"


def _notes(found: list[Mapping[str, Any]]) -> list[str]:
    """A line for each contract that is verified: how, and where it is shown."""
    return [
        f"{each['contract']} {each['address']}: {each['told']}" + (f", {each['page']}" if each["page"] else "")
        for each in found
        if each["state"] == "verified"
    ]


def _both(error: ChainError) -> str:
    return f"{error.message}: {error.hint}" if error.hint else error.message
