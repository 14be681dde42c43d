"""collection networks"""

from __future__ import annotations

from ..render import Screen
from ..session import Json


def command(as_json: Json = False) -> None:
    """List the networks by the names that [chain] takes.

    Networks of this machine need no address of a node, the others need `rpc` under [chain]. Any other network is
    `custom:` and its chain id. On a main network gas costs money, and nothing is sent there without a question.
    """
    from collection.stages.networks import networks

    screen, found = Screen(as_json), networks()
    screen.say(f"{'name':<18} {'chain id':>15} {'kind':<9} {'pays in':<7} explorer")
    for each in found:
        line = f"{each['name']:<18} {each['chain_id']:>15} {each['kind']:<9} {each['currency']:<7} {each['explorer']}"
        screen.say(line.rstrip())
    screen.object({"networks": found})
