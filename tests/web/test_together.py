"""What the views of stacks, duels, the set and the people ask for."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from collection.curate.selection.select import Proposal, propose, select
from collection.project import Project
from collection.stages.judges import judges_of


def vote(client: TestClient, kind: str, asset: int, value: Any, other: int | None = None) -> None:
    said = {"kind": kind, "asset": asset, "value": value, "other": other}
    answer = client.post("/api/events", json={"decisions": [said]})
    assert answer.status_code == 200, answer.text


def got(client: TestClient, path: str, **params: Any) -> dict[str, Any]:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


class TestTheSet:
    def test_costs_are_those_that_select_writes(self, anna: TestClient, project: Project) -> None:
        vote(anna, "lock", 1, True)
        found = got(anna, "/api/set/costs")["costs"]
        assert set(found) == {"quotas", "diversity", "locks"}
        assert found["locks"] > 0
        assert found == pytest.approx(dict(select(project.store, judges_of(project).criteria()).costs))

    def test_a_newer_question_of_the_same_page_stops_the_one_before(
        self, anna: TestClient, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers = []

        def slowly(*given: Any, **named: Any) -> Proposal:
            if named["costs"]:  # while these are worked out, the slider moves on
                answers.append(anna.get("/api/set", params={"asker": "a", "diversity": 0.9}).status_code)
            return propose(*given, **named)

        monkeypatch.setattr("collection.web.proposals.propose", slowly)
        assert anna.get("/api/set/costs", params={"asker": "b"}).status_code == 200
        assert anna.get("/api/set/costs").status_code == 200, "whoever gives no name is never stopped"
        assert anna.get("/api/set/costs", params={"asker": "a"}).status_code == 409
        assert answers == [200, 200, 200]

    def test_a_long_choice_says_how_far_it_is(
        self, anna: TestClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[tuple[str, Any]] = []
        monkeypatch.setattr("collection.web.broadcaster.LOOK", -1.0)  # every choice takes longer
        monkeypatch.setattr(app.state.broadcaster, "tell", lambda name, value: told.append((name, value)))
        supply = got(anna, "/api/set", asker="a")["supply"]
        assert told == [("choosing", {"asker": "a", "done": n, "total": supply}) for n in range(1, supply + 1)]

    def test_rarity_says_what_it_was_in_the_written_set(self, anna: TestClient, project: Project) -> None:
        select(project.store, judges_of(project).criteria())
        before = {(item["trait"], item["value"]): item["count"] for item in got(anna, "/api/set")["rarity"]}
        for number in got(anna, "/api/set")["ids"]:
            vote(anna, "flag", number, "reject")
        changed = got(anna, "/api/set")
        assert len(changed["added"]) == len(changed["removed"]) == 4
        after = {(item["trait"], item["value"]): item["before"] for item in changed["rarity"]}
        assert {pair: count for pair, count in after.items() if count} == before

    def test_the_contact_sheet_is_a_picture_of_the_set(self, anna: TestClient) -> None:
        answer = anna.get("/api/sheet", params={"diversity": 0.5})
        assert answer.headers["content-type"] == "image/png"
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert picture.width > picture.height > 300
        assert anna.get("/api/sheet", params={"page": 2}).status_code == 400


class TestStacks:
    def test_an_image_taken_out_of_its_stack_can_be_chosen(self, anna: TestClient, project: Project) -> None:
        assert got(anna, "/api/set")["eligible"] == 11
        vote(anna, "apart", 12, True)
        assert got(anna, "/api/set")["eligible"] == 12
        (member,) = got(anna, "/api/stacks")["stacks"][0]["members"]
        assert member["apart"] == "anna"
        assert got(anna, "/api/assets/12")["stack"] is None
        assert got(anna, "/api/assets/11")["stack"] is None
        assert got(anna, "/api/ids", q="is:duplicate")["ids"] == []
        select(project.store, judges_of(project).criteria())
        assert "near-duplicate" not in " ".join(choice.why for choice in project.store.selection())
        anna.post("/api/undo")
        assert got(anna, "/api/set")["eligible"] == 11
        assert got(anna, "/api/assets/12")["stack"]["representative"] == 11


class TestDuels:
    def test_how_far_the_asking_is(self, anna: TestClient) -> None:
        first = got(anna, "/api/pair")
        assert first["asked"] == first["votes"] == 0
        forecast = first["expected_error"]
        assert not forecast["settled"]
        assert 0.05 < forecast["then"] < forecast["now"] <= 0.5
        assert forecast["votes"] >= 10
        assert not {"score", "scores"} & set(first["left"])
        vote(anna, "pair", first["left"]["id"], "left", first["right"]["id"])
        vote(anna, "pair", first["left"]["id"], "skip", first["right"]["id"])
        second = got(anna, "/api/pair")
        assert (second["asked"], second["votes"]) == (2, 1)


class TestPeople:
    def test_links_are_for_whoever_opened_the_room(self, anna: TestClient, bob: TestClient) -> None:
        links = got(anna, "/api/agreement")["links"]
        assert set(links) == {"anna", "bob"}
        assert "token=" in links["bob"]
        assert got(bob, "/api/agreement")["links"] is None

    def test_comparisons_are_counted(self, anna: TestClient, bob: TestClient) -> None:
        vote(bob, "pair", 1, "tie", 2)
        found = got(anna, "/api/agreement")
        assert found["comparisons_by"] == {"bob": 1}
        assert found["curators"] == ["anna", "bob"]

    def test_contested_images_show_to_those_who_voted(self, anna: TestClient, bob: TestClient) -> None:
        vote(bob, "flag", 3, "reject")
        vote(anna, "flag", 4, "pick")
        vote(bob, "flag", 4, "reject")
        assert got(anna, "/api/agreement")["contested"] == [4]

    def test_the_log_names_who_took_an_image_out_of_its_stack(self, anna: TestClient) -> None:
        vote(anna, "apart", 12, True)
        lines = [json.loads(line) for line in anna.get("/api/audit").text.splitlines()]
        assert any(line.get("kind") == "apart" and line.get("curator") == "anna" for line in lines)


def test_a_query_may_list_numbers(anna: TestClient) -> None:
    assert got(anna, "/api/ids", q="id:1,3-5,12")["ids"] == [1, 3, 4, 5, 12]
    assert anna.get("/api/ids", params={"q": "id:1,,2"}).status_code == 400
