from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from collection.curate.reviews.audit import check_audit
from collection.curate.reviews.log import record
from collection.curate.selection.select import pending, select
from collection.errors import CollectionError, ErrorKind
from collection.judge.duplicates.dedupe import dedupe
from collection.project import Project, open_project
from collection.stages.judges import judges_of
from collection.store.judging_records import Fingerprint, Score
from collection.store.review_records import Decision
from collection.web.access import Tokens
from collection.web.app import create_app
from collection.web.errors import STATUSES


def vote(client: TestClient, *decisions: tuple[str, int, Any], seen: dict[str, Any] | None = None) -> dict[str, Any]:
    said = [{"kind": kind, "asset": asset, "value": value} for kind, asset, value in decisions]
    answer = client.post("/api/events", json={"decisions": said, "seen": seen or {}})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(client: TestClient, query: str = "") -> list[int]:
    answer = client.get("/api/ids", params={"q": query})
    assert answer.status_code == 200, answer.text
    found: list[int] = answer.json()["ids"]
    return found


def image(client: TestClient, number: int) -> dict[str, Any]:
    (found,) = client.get("/api/assets", params={"ids": number}).json()["assets"]
    assert isinstance(found, dict)
    return found


class TestImages:
    def test_the_state_names_what_there_is(self, anna: TestClient) -> None:
        state = anna.get("/api/state").json()
        assert state["you"] == "anna"
        assert state["curators"] == ["anna", "bob"]
        assert state["counts"]["images"] == 12
        assert [metric["name"] for metric in state["metrics"]] == ["quality"]
        assert state["metrics"][0]["range"] == [8.0, 96.0]
        assert state["series"] == ["day", "night"]
        assert state["traits"]["sky"] == ["clear", "torn"]
        assert set(state["styles"]) == {"ink", "woodblock"}

    def test_ids_in_json_and_in_bytes(self, anna: TestClient) -> None:
        wanted = ids(anna, "sort:-quality quality>40")
        assert wanted == [12, 11, 10, 9, 8, 7, 6]
        answer = anna.get("/api/ids?q=sort:-quality+quality>40", headers={"accept": "application/octet-stream"})
        assert np.frombuffer(answer.content, "<u4").tolist() == wanted

    def test_a_wrong_query_is_answered_in_words(self, anna: TestClient) -> None:
        answer = anna.get("/api/ids", params={"q": "qualty>3"})
        assert answer.status_code == 400
        assert "qualty" in answer.json()["error"]
        assert "quality" in answer.json()["hint"]

    def test_details_of_some(self, anna: TestClient) -> None:
        assets = anna.get("/api/assets", params={"ids": "3,1,3,77"}).json()["assets"]
        assert [item["id"] for item in assets] == [3, 1]
        assert assets[0]["scores"]["quality"][0] == 24.0
        assert image(anna, 12)["stack"] == {"representative": 11, "elsewhere": "", "size": 2, "why": "2 bits apart"}
        assert image(anna, 11)["stack"]["why"] is None
        assert anna.get("/api/assets", params={"ids": ",".join(map(str, range(1, 1500)))}).status_code == 400

    def test_all_of_one(self, anna: TestClient) -> None:
        found = anna.get("/api/assets/1").json()
        assert "<b>harbour</b>" in found["prompt"] or found["prompt"] == "the moon"
        assert found["recipe"]["seed"] == found["seed"]
        assert found["why"].startswith("not chosen: number ")
        assert [item["id"] for item in anna.get("/api/assets/11").json()["duplicates"]] == [12]
        assert anna.get("/api/assets/99").status_code == 404

    def test_pictures_are_kept_for_ever_under_their_hash(self, anna: TestClient, project: Project) -> None:
        found = image(anna, 2)
        for name, kind in (("thumb", "image/webp"), ("preview", "image/webp"), ("image", "image/png")):
            answer = anna.get(found[name])
            assert answer.headers["content-type"] == kind
            assert "immutable" in answer.headers["cache-control"]
            etag = answer.headers["etag"]
            assert anna.get(found[name], headers={"if-none-match": etag}).status_code == 304
        asset = project.store.asset(2)
        assert asset
        assert anna.get(found["image"]).content == project.files.read(asset.file_sha256)
        assert project.thumbnails.path(asset.file_sha256, 256).is_file(), "made once"

    def test_a_lost_file_is_named(self, anna: TestClient, project: Project) -> None:
        asset = project.store.asset(2)
        assert asset
        project.files.path(asset.file_sha256).unlink()
        for name in ("thumb", "image"):
            answer = anna.get(image(anna, 2)[name])
            assert answer.status_code == 503
            assert "collection doctor --repair" in answer.json()["hint"]

    def test_a_histogram_follows_the_query(self, anna: TestClient) -> None:
        found = anna.get("/api/histogram", params={"field": "quality", "q": "series:day"}).json()
        assert sum(found["counts"]) == len(ids(anna, "series:day"))


class TestDecisions:
    def test_votes_are_blind_until_cast(self, anna: TestClient, bob: TestClient) -> None:
        vote(bob, ("flag", 3, "reject"), ("stars", 3, 2))
        assert image(anna, 3)["others"] is None
        assert image(anna, 3)["you"] == {
            "flag": "none",
            "stars": 0,
            "colour": "none",
            "locked": False,
            "reason": "",
            "tags": [],
        }
        assert ids(anna, "by:bob") == []
        assert anna.get("/api/assets/3").json()["why"] is None, "it would name who rejected it"
        said = vote(anna, ("flag", 3, "pick"))["review_states"]["3"]
        assert said["you"]["flag"] == "pick"
        assert said["others"] == {
            "flags": {"bob": "reject"},
            "stars": {"bob": 2},
            "colours": {},
            "reasons": {},
            "tags": {},
            "contested": True,
        }
        assert ids(anna, "is:contested") == [3]

    def test_undo_and_redo_are_ones_own_and_by_actions(self, anna: TestClient, bob: TestClient) -> None:
        vote(anna, ("flag", 1, "pick"), ("flag", 2, "pick"))
        vote(bob, ("flag", 1, "reject"))
        assert anna.post("/api/undo").json()["changed"] == [1, 2]
        assert ids(anna, "is:picked") == []
        assert ids(bob, "is:rejected") == [1]
        assert anna.post("/api/undo").json()["changed"] == []
        assert anna.post("/api/redo").json()["changed"] == [1, 2]
        assert ids(anna, "is:picked") == [1, 2]

    def test_what_was_seen_is_in_the_log(self, anna: TestClient, project: Project) -> None:
        vote(anna, ("note", 4, "<script>"), seen={"view": "?q=sort:-quality", "scores": True})
        (event,) = project.store.reviews()
        assert event.seen == {"view": "?q=sort:-quality", "scores": True, "others": False}
        assert anna.get("/api/assets/4").json()["notes"] == [{"curator": "anna", "text": "<script>"}]

    @pytest.mark.parametrize(
        "said",
        [
            {"kind": "flag", "asset": 99, "value": "pick"},
            {"kind": "flag", "asset": 1, "value": "maybe"},
            {"kind": "stars", "asset": 1, "value": 6},
            {"kind": "stars", "asset": 1, "value": True},
            {"kind": "pair", "asset": 1, "value": "left", "other": 1},
            {"kind": "pair", "asset": 1, "value": "left"},
            {"kind": "undo", "asset": 1, "value": None},
            {"kind": "flag", "asset": 2**63, "value": "pick"},
            {"kind": "note", "asset": 1, "value": "\ud800"},
            {"kind": "flag", "asset": 1, "value": "pick", "curator": "bob"},
        ],
    )
    def test_what_cannot_be_meant_is_refused_whole(self, anna: TestClient, project: Project, said: Any) -> None:
        body = json.dumps({"decisions": [{"kind": "flag", "asset": 1, "value": "pick"}, said]})
        answer = anna.post("/api/events", content=body, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500
        assert answer.json()["error"]
        assert project.store.reviews() == []

    def test_eight_curators_at_once_lose_nothing(self, anna: TestClient, bob: TestClient, project: Project) -> None:
        def go_through(number: int) -> list[int]:
            who = (anna, bob)[number % 2]
            return [vote(who, ("stars", number + 1, 1 + step % 5))["batch"] for step in range(12)]

        with ThreadPoolExecutor(8) as pool:
            batches = [batch for found in pool.map(go_through, range(8)) for batch in found]
        assert len(set(batches)) == 96
        assert {event.batch for event in project.store.reviews()} == set(batches)
        assert ids(anna, "stars:2") == [1, 3, 5, 7], "the last word of each"

    def test_one_action_is_about_a_hundred_thousand_images(self, anna: TestClient, project: Project) -> None:
        def say(numbers: list[int], *more: dict[str, Any]) -> Any:
            said = [{"kind": "flag", "asset": numbers, "value": "reject"}, *more]
            return anna.post("/api/events", json={"decisions": said})

        many = [1 + place % 12 for place in range(3000)]
        assert say(many).json()["changed"] == list(range(1, 13))
        assert ids(anna, "is:rejected") == list(range(1, 13))
        assert anna.post("/api/undo").json()["changed"] == list(range(1, 13))
        assert ids(anna, "is:rejected") == []
        unknown = say(list(range(1_000_000, 1_100_000)))
        assert (unknown.status_code, unknown.json()["error"]) == (400, "there is no image 1000000")
        more_still = say([1] * 100_000, {"kind": "flag", "asset": 1, "value": "pick"})
        assert (more_still.status_code, more_still.json()["error"]) == (400, "100,001 decisions in one action")
        assert len(project.store.reviews()) == 3001

    def test_pairs_are_asked_without_scores_and_answered_as_events(self, anna: TestClient, project: Project) -> None:
        asked = anna.get("/api/pair").json()
        assert (
            set(asked["left"]) == set(asked["right"]) == {"id", "label", "width", "height", "thumb", "preview", "image"}
        )
        left, right = asked["left"]["id"], asked["right"]["id"]
        said = {"kind": "pair", "asset": left, "other": right, "value": "left"}
        assert anna.post("/api/events", json={"decisions": [said]}).status_code == 200
        again = anna.get("/api/pair").json()
        assert again["asked"] == 1
        assert {again["left"]["id"], again["right"]["id"]} != {left, right}

    def test_agreement_tells_nothing_of_single_votes_that_are_hidden(self, anna: TestClient, bob: TestClient) -> None:
        vote(bob, ("flag", 1, "pick"), ("flag", 2, "pick"))
        vote(anna, ("flag", 1, "reject"))
        found = anna.get("/api/agreement").json()
        assert found["contested"] == [1]
        assert found["votes"] == {"anna": 1, "bob": 2}
        assert found["flags"]["units"] == 1

    def test_the_log_is_whole_and_for_who_opened_the_room(
        self, anna: TestClient, bob: TestClient, tmp_path: Path
    ) -> None:
        vote(anna, ("flag", 1, "pick"))
        path = tmp_path / "log.jsonl"
        path.write_bytes(anna.get("/api/audit").content)
        assert check_audit(path).events == 1
        assert bob.get("/api/audit").status_code == 403


class TestTheSet:
    def test_the_set_is_shown_before_it_is_chosen(self, anna: TestClient, project: Project) -> None:
        found = anna.get("/api/set", params={"diversity": 0}).json()
        assert len(found["ids"]) == found["supply"] == 4
        assert found["complete"] is True
        assert project.store.selection() == []
        assert {item["trait"] for item in found["rarity"]} == {"sky"}
        assert sum(item["count"] for item in found["rarity"]) == 4
        gauges = {item["value"]: item for item in found["quotas"]}
        assert sum(item["wanted"] for item in gauges.values()) == 4
        assert all(item["chosen"] == item["wanted"] <= item["eligible"] for item in gauges.values())

    def test_a_set_that_nothing_judged_has_no_mean_score(self, project: Project, keys: Tokens) -> None:
        config = project.folder / "collection.toml"
        config.write_text(config.read_text().replace('by = ["quality"]', ""))
        with open_project(project.folder) as unjudged:
            app = create_app(unjudged, keys)
            anna = TestClient(app, base_url="http://127.0.0.1", headers={"x-collection": "1"})
            anna.get("/", params={"token": keys.token("anna")})
            found = anna.get("/api/set", params={"diversity": 0.5}).json()
            assert (len(found["ids"]), found["mean_score"]) == (4, None)
            assert anna.get("/api/set/costs").json()["costs"] == {}
            app.state.review.close()

    def test_what_is_chosen_is_what_was_shown_and_stays(self, anna: TestClient, project: Project) -> None:
        vote(anna, ("lock", 1, True), ("flag", 11, "reject"))
        shown = anna.get("/api/set", params={"diversity": 0.9}).json()
        assert 1 in shown["ids"]
        assert 11 not in shown["ids"]
        assert anna.post("/api/set", json={"diversity": 0.9}).json()["selected"] == 4
        assert sorted(item.asset_id for item in project.store.selection()) == sorted(shown["ids"])
        assert sorted(ids(anna, "is:selected")) == sorted(shown["ids"])
        assert pending(project.store, judges_of(project).criteria()) == 0, "the command line would choose no other"
        assert anna.get("/api/set").json()["added"] == []

    def test_a_slider_shows_at_every_place_what_select_would_choose(self, anna: TestClient, project: Project) -> None:
        """What is kept warm between the moves, and over a vote, changes nothing."""
        for diversity in (0.0, 0.2, 0.9):
            vote(anna, ("flag", 1 + round(10 * diversity), "reject"))
            for _ in range(2):
                shown = anna.get("/api/set", params={"diversity": diversity}).json()["ids"]
                select(project.store, replace(judges_of(project).criteria(), diversity=diversity))
                assert shown == [item.asset_id for item in project.store.selection()]

    @pytest.mark.parametrize("value", ["2", "-1", "nan", "x"])
    def test_diversity_is_from_0_to_1(self, anna: TestClient, value: str) -> None:
        assert anna.get("/api/set", params={"diversity": value}).status_code == 422

    def test_choosing_waits_for_no_command(self, anna: TestClient, project: Project) -> None:
        with project.working():
            assert anna.post("/api/set", json={}).status_code == 409
            vote(anna, ("flag", 1, "pick"))
            assert anna.get("/api/set").status_code == 200


class TestRelations:
    def test_stacks_are_led_by_the_kept(self, anna: TestClient) -> None:
        (stack,) = anna.get("/api/stacks").json()["stacks"]
        assert stack["representative"] == 11
        assert [(item["id"], item["why"]) for item in stack["members"]] == [(12, "2 bits apart")]

    def test_other_stacks_are_of_what_dedupe_kept(self, anna: TestClient, project: Project) -> None:
        refused = anna.get("/api/stacks", params={"nearer": -0.5})
        assert refused.status_code == 400
        assert "collection dedupe" in refused.json()["hint"]
        assets = project.store.assets()
        hashes = {asset.file_sha256: Fingerprint(((1 << asset.id * 5) - 1, *[1 << 63] * 8)) for asset in assets}
        project.store.add_judgements(fingerprints=hashes)
        dedupe(
            project.store,
            replace(judges_of(project).duplicate_thresholds, phash_distance=0),
            judges_of(project).ranking(),
        )
        found = [anna.get("/api/stacks", params={"nearer": nearer}).json() for nearer in (-1, 0, 1)]
        assert [len(item["stacks"]) > 0 for item in found] == [True, False, False], "hashes 5 bits apart, or 10"
        assert found[0]["at"]["loosest"]
        assert found[1]["at"] is None
        assert project.store.duplicates() == [], "nothing is set aside by looking"
        leads = found[0]["stacks"][0]["representative"]
        (member, *_) = found[0]["stacks"][0]["members"]
        vote(anna, ("lock", member["id"], True))
        again = anna.get("/api/stacks", params={"nearer": -1}).json()["stacks"]
        assert member["id"] in [stack["representative"] for stack in again]
        assert leads not in [stack["representative"] for stack in again]

    @pytest.mark.parametrize("value", ["2", "-1.1", "nan", "x"])
    def test_nearer_is_from_minus_1_to_1(self, anna: TestClient, value: str) -> None:
        assert anna.get("/api/stacks", params={"nearer": value}).status_code == 422

    def test_lineage(self, anna: TestClient, project: Project) -> None:
        from collection.plan.derived_recipes import bred

        children = bred(project.store, project.config, (1, 2), 2, mutation=0.1, immigration=0.0)
        numbers = [item.id for item in project.store.add_recipes(children, "breed")]
        found = anna.get("/api/lineage/1").json()
        assert [item["image"] for item in found["children"]] == numbers
        assert not any(item["made"] for item in found["children"])
        assert anna.get("/api/lineage/99").status_code == 404

    def test_views_are_saved_for_everybody(self, anna: TestClient, bob: TestClient) -> None:
        saved = {"name": "best of all", "query": "q=quality>80&view=grid"}
        assert anna.post("/api/views", json=saved).json()["views"] == [{**saved, "curator": "anna"}]
        assert bob.get("/api/state").json()["views"] == [{**saved, "curator": "anna"}]
        best = "/api/views?name=best of all"
        assert bob.delete(best).status_code == 403, "it is anna's"
        assert anna.delete(best).json()["views"] == []
        assert anna.delete(best).status_code == 404

    @pytest.mark.parametrize("name", ["a/b", "..", ".", "%2e%2e", '100 % "good"? <b>#1 & more', "👩‍🎨 می‌خواهم"])
    def test_a_view_of_any_name_is_forgotten(self, anna: TestClient, name: str) -> None:
        assert [view["name"] for view in anna.post("/api/views", json={"name": name, "query": ""}).json()["views"]] == [
            name
        ]
        assert anna.delete("/api/views", params={"name": name}).json()["views"] == []

    @pytest.mark.parametrize("name", ["", " a", "a\nb", "\u200d", "x" * 101])
    def test_what_is_no_name_of_a_view(self, anna: TestClient, name: str) -> None:
        answer = anna.post("/api/views", json={"name": name, "query": ""})
        assert answer.status_code == 400
        assert "cannot be a view's name" in answer.json()["error"]


def test_images_made_meanwhile_are_there_at_once(anna: TestClient, project: Project, app: FastAPI) -> None:
    before = anna.get("/api/ids").json()
    record(project.store, "carla", [Decision("flag", 1, "pick")])
    after = anna.get("/api/ids").json()
    assert after["version"] > before["version"]
    assert app.state.review.catalogue.decided_since(before["version"]).keys() == {1}


def test_the_icon_that_browsers_ask_for_unasked(anna: TestClient) -> None:
    answer = anna.get("/favicon.ico")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert "<svg" in answer.text


class TestErrors:
    """The status of an answer follows from the kind of the error, whoever raises it."""

    @pytest.mark.parametrize(
        ("kind", "status"),
        [
            (ErrorKind.USAGE, 400),
            (ErrorKind.CONFIGURATION, 409),
            (ErrorKind.NOT_FOUND, 404),
            (ErrorKind.CONFLICT, 409),
            (ErrorKind.UNAVAILABLE, 503),
            (ErrorKind.FAILED, 500),
        ],
    )
    def test_every_kind_has_a_status(self, app: FastAPI, anna: TestClient, kind: ErrorKind, status: int) -> None:
        class OfThatKindError(CollectionError):
            pass

        OfThatKindError.kind = kind

        @app.get(f"/api/refused-{kind}")
        def refused() -> None:
            raise OfThatKindError("no such thing", "ask for another")

        answer = anna.get(f"/api/refused-{kind}")
        assert (answer.status_code, answer.json()) == (status, {"error": "no such thing", "hint": "ask for another"})

    def test_no_kind_is_without_a_status(self) -> None:
        assert set(STATUSES) == set(ErrorKind)

    def test_more_locks_than_tokens_are_a_conflict(self, anna: TestClient) -> None:
        anna.post("/api/events", json={"decisions": [{"kind": "lock", "asset": [1, 2, 3, 4, 5], "value": True}]})
        answer = anna.get("/api/set")
        assert answer.status_code == 409
        assert "5 images locked" in answer.json()["error"]


class TestDirections:
    """What is better in which direction is what the catalogue of metrics says."""

    def test_the_state_tells_the_direction_of_every_metric(self, anna: TestClient, project: Project) -> None:
        files = [asset.file_sha256 for asset in project.store.assets()]
        names = {
            "banding": "lower",
            "contrast": "neither",
            "sharpness": "higher",
            "mood:calm": "neither",
            "own": "neither",
        }
        project.store.add_judgements([Score(files[0], name, "m", 0.5) for name in names])
        metrics = {item["name"]: item["better"] for item in anna.get("/api/state").json()["metrics"]}
        assert metrics == {"quality": "higher", **names}


class TestExport:
    @pytest.mark.parametrize(
        ("form", "kind"),
        [("zip", "application/zip"), ("csv", "text/csv"), ("json", "application/json"), ("sheet", "image/png")],
    )
    def test_the_images_of_a_query(self, anna: TestClient, form: str, kind: str) -> None:
        answer = anna.get(f"/api/export/{form}", params={"q": "quality>40"})
        assert answer.headers["content-type"].startswith(kind)
        assert "attachment" in answer.headers["content-disposition"]
        if form == "json":
            assert [item["number"] for item in answer.json()] == [6, 7, 8, 9, 10, 11, 12]
        assert anna.get(f"/api/export/{form}", params={"q": "quality>400"}).status_code == 400

    def test_a_curator_gets_of_others_what_they_may_see(self, anna: TestClient, bob: TestClient) -> None:
        vote(anna, ("flag", 3, "reject"))
        assert bob.get("/api/export/json?q=id:3").json()[0]["flags"] == {}
        vote(bob, ("flag", 3, "pick"))
        assert bob.get("/api/export/json?q=id:3").json()[0]["flags"] == {"anna": "reject", "bob": "pick"}
