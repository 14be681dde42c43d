"""The local chain of a project: started, stopped, looked at."""

from __future__ import annotations

from typing import Literal

from collection.errors import ChainError
from collection.project import Project
from collection.stages.publication import publication_of
from collection.stages.published import has_chain
from collection.stages.report import Report

Action = Literal["start", "stop", "status"]


def local_chain(project: Project, action: Action) -> Report:
    """Start or stop the node that chain.network names, on loopback, or say what runs.

    Raises ChainError where the network is none of this machine, or its program is not installed.
    """
    from collection.chain.local_node import answers, local_node

    network = publication_of(project).network
    if network.kind == "embedded" and action == "status":
        where = "its blocks are in chain.db" if has_chain(project, network) else "`collection deploy` makes it"
        return Report("chain", f"the embedded chain needs no node: {where}", {"network": network.name, "running": True})
    node = local_node(network, project.folder, project.config.chain.rpc)
    details = {"network": network.name, "address": node.address, "keeps_state": node.keeps_state}
    kept = f"its state is kept in {node.folder}" if node.keeps_state else "it keeps no state: all is gone when it stops"
    if action == "start":
        running = node.pid is not None
        pid = node.start()
        line = f"{network.name} listens at {node.address} (process {pid}); {kept}"
        return Report("chain", f"nothing to do: {line}" if running else line, {**details, "running": True, "pid": pid})
    if action == "stop":
        line = f"{network.name} stopped; {kept}" if node.stop() else f"nothing to do: {network.name} does not run"
        return Report("chain", line, {**details, "running": False})
    there = {**details, "running": True}
    if node.pid is not None:
        return Report("chain", f"{network.name} runs at {node.address} (process {node.pid}); {kept}", there)
    if not answers(node.address):
        hint = "collection chain start"
        return Report("chain", f"nothing listens at {node.address}", {**details, "running": False}, hint=hint)
    try:
        with publication_of(project).chain() as chain:
            block = chain.web3.eth.block_number
        line = f"{network.name} runs at {node.address}, block {block}; `collection chain` did not start it"
    except ChainError as error:
        return Report("chain", error.message, there, complete=False, hint=error.hint)
    return Report("chain", line, there)
