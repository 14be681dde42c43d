"""The room knows what is frozen and minted, and a set that cannot be chosen says why, with its ways out."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from collection.chain.connection import CHAIN_FILE
from collection.chain.copies import CopyPlan
from collection.chain.networks import find_network
from collection.curate.selection.select import select
from collection.project import Project
from collection.stages.judges import judges_of
from collection.store.publication_records import Companion, Freeze
from collection.web.publication import Publications


def freeze(project: Project, numbers: list[int], root: str = "root") -> Freeze:
    tokens = [(token_id, number, "i", f"m{root}{token_id}") for token_id, number in enumerate(numbers, 1)]
    return project.store.add_freeze(Freeze("p", "i", "m", root, "c"), tokens, "x", {})


def test_nothing_is_frozen_at_first(anna: TestClient) -> None:
    assert anna.get("/api/state").json()["published"] == {"version": 0, "tokens": 0, "minted": {}, "editions": None}
    assert anna.get("/api/assets?ids=1").json()["assets"][0]["token"] is None


def test_tiles_have_token_ids_and_the_set_says_what_would_change(anna: TestClient, project: Project) -> None:
    select(project.store, judges_of(project).criteria())
    chosen = [choice.asset_id for choice in project.store.selection()]
    freeze(project, chosen)
    assets = anna.get("/api/assets", params={"ids": ",".join(map(str, chosen))}).json()["assets"]
    assert [item["token"] for item in assets] == [1, 2, 3, 4]
    assert anna.get(f"/api/assets/{chosen[1]}").json()["token"] == 2
    published = anna.get("/api/set").json()["published"]
    assert published == {
        "version": 1, "tokens": 4, "minted": {}, "editions": None, "added": [], "removed": [],
    }  # fmt: skip
    anna.post("/api/events", json={"decisions": [{"kind": "flag", "asset": chosen[0], "value": "reject"}]})
    published = anna.get("/api/set").json()["published"]
    assert published["removed"] == [chosen[0]]
    assert len(published["added"]) == 1


def test_another_frozen_set_is_noticed(project: Project) -> None:
    known = Publications(project)
    freeze(project, [1, 2])
    assert known.now().tokens == {1: 1, 2: 2}
    freeze(project, [3], "other")
    assert (known.now().version, dict(known.now().tokens)) == (2, {3: 1})
    freeze(project, [1, 2])
    assert (known.now().version, dict(known.now().tokens)) == (1, {1: 1, 2: 2})


def test_editions_are_told_of_each_token(anna: TestClient, project: Project) -> None:
    frozen = freeze(project, [1, 2])
    settings = {"base_uri": f"ipfs://{frozen.metadata_cid}/", "copies": 50}
    copies = "0x" + "c0" * 20
    chain = find_network(project.config.chain.network)
    project.store.add_companion(
        Companion(0, "editions", chain.name, chain.chain_id, copies, "0x1", 1, "a", settings, "0x2", "confirmed")
    )
    (project.folder / CHAIN_FILE).touch()
    plan = CopyPlan(project.store, copies)
    plan.add({1: [("0x1", 7)]})
    plan.take({1: 7, 2: 0}, closed=False)

    def editions() -> list[Any]:
        return [item["edition"] for item in anna.get("/api/assets?ids=1,2,3").json()["assets"]]

    assert editions() == [{"size": 50, "minted": 7}, {"size": 50, "minted": 0}, None]
    assert anna.get("/api/state").json()["published"]["editions"] == {
        "network": chain.name, "copies": 50, "closed": False, "minted": 7,
    }  # fmt: skip
    plan.take({1: 7, 2: 0}, closed=True)
    assert editions() == [{"size": 7, "minted": 7}, {"size": 0, "minted": 0}, None], "no more can come"
    assert anna.get("/api/assets/1").json()["edition"] == {"size": 7, "minted": 7}


def test_too_many_locks_are_named_one_by_one(anna: TestClient) -> None:
    said: dict[str, Any] = {"decisions": [{"kind": "lock", "asset": [1, 2, 3, 4, 5], "value": True}]}
    anna.post("/api/events", json=said)
    answer = anna.get("/api/set")
    assert answer.status_code == 409
    assert len(answer.json()["images"]) > 1
    assert set(answer.json()["images"]) <= {1, 2, 3, 4, 5}


def test_the_order_of_tokens_by_hand_is_the_owners(anna: TestClient, bob: TestClient, project: Project) -> None:
    select(project.store, judges_of(project).criteria())
    first = anna.get("/api/set/order").json()
    assert (len(first["ids"]), first["by_hand"]) == (4, 0)
    wanted = first["ids"][::-1]
    assert bob.post("/api/set/order", json={"images": wanted}).status_code == 403
    told = anna.post("/api/set/order", json={"images": wanted[:2]}).json()
    assert told == {
        "ids": [*wanted[:2], *(number for number in first["ids"] if number not in wanted[:2])],
        "by_hand": 2,
    }
    assert anna.post("/api/set/order", json={"images": [wanted[0], wanted[0]]}).status_code == 400
    other = next(number for number in range(1, 12) if number not in wanted)
    assert anna.post("/api/set/order", json={"images": [other]}).status_code == 400
    assert anna.post("/api/set/order", json={"images": []}).json() == first


def test_only_the_set_that_was_shown_is_written(anna: TestClient, bob: TestClient, project: Project) -> None:
    shown = anna.get("/api/set").json()["ids"]
    out = {"decisions": [{"kind": "flag", "asset": shown[0], "value": "reject"}]}
    assert bob.post("/api/events", json=out).status_code == 200
    answer = anna.post("/api/set", json={"images": shown})
    assert answer.status_code == 409
    assert "no longer what was shown" in answer.json()["error"]
    assert not list(project.store.selection())
    shown = anna.get("/api/set").json()["ids"]
    assert anna.post("/api/set", json={"images": shown}).status_code == 200
    assert {choice.asset_id for choice in project.store.selection()} == set(shown)
