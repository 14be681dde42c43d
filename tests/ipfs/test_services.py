"""Pinning services: a strict server of the tests' own, which also refuses, breaks off and lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collection.errors import PinError, UsageError
from collection.ipfs.closed import CLOSED
from collection.ipfs.filebase import Filebase
from collection.ipfs.pinata import Pinata
from collection.ipfs.pinner import open_pinners
from collection.ipfs.pinning_service import PinningService
from collection.ipfs.s3_signature import signed_headers
from collection.ipfs.service_address import ServiceAddress
from collection.transport import Client, Patience, Secret, TokenBucket
from collection.unixfs import KUBO_CID_V1, Reader, file_cid, graph_of, write_car

from .services import TOKEN, PinataApi, PinningApi, S3Bucket, TrustlessGateway, running

TREE: dict[str, Any] = {
    "images": {"1.png": b"picture" * 1000, "odd näme.png": b"2"}, "metadata": {"1.json": b"{}"},
    "collection.json": b"",
}  # fmt: skip


class Notes:
    """A journal in memory."""

    def __init__(self) -> None:
        self.notes: Mapping[str, Any] = {}
        self.states: list[str] = []

    def read(self) -> Mapping[str, Any]:
        return self.notes

    def write(self, notes: Mapping[str, Any], status: str = "intended") -> None:
        self.notes = dict(notes)
        self.states.append(status)


class Node:
    """A storage that others can fetch from."""

    def __init__(self) -> None:
        self.connected: list[str] = []

    def addresses(self) -> list[str]:
        return [f"/ip4/203.0.113.7/tcp/{port}/p2p/QmNode" for port in range(4001, 4026)]

    def connect(self, delegates: Any) -> None:
        self.connected += delegates


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any], Any]]:
    monkeypatch.setenv("TOKEN", TOKEN)
    monkeypatch.setenv("KEYS", "KEY:SECRET")
    with ExitStack() as stack:
        yield lambda service: stack.enter_context(running(service))


@pytest.fixture
def car(tmp_path: Path) -> tuple[Path, str]:
    graph = graph_of(TREE)
    write_car(tmp_path / "set.car", graph, graph.cid)
    return tmp_path / "set.car", graph.cid


def client(tries: int = 4) -> Client:
    return Client(TokenBucket(10_000, 100), Patience(tries, 20, 0.001, 1))


def service(api: PinningApi, *, seconds: float = 20, gateways: tuple[str, ...] = (), tries: int = 4) -> PinningService:
    address = ServiceAddress("pinning:env:TOKEN@here", Secret("TOKEN"), f"{api.url}/psa", gateways)
    return PinningService(address, client(tries), seconds=seconds, poll=0.001)


def posts(api: Any) -> int:
    return sum(asked.method == "POST" for asked in api.asked)


class TestPinningServiceApi:
    def test_a_cid_is_asked_for_once_and_watched_until_it_is_pinned(self, serve: Any) -> None:
        api, notes, node = serve(PinningApi()), Notes(), Node()
        root, found = file_cid(b"content"), service(api)
        assert not found.holds(root)
        found.fetch(root, notes, [node])
        assert found.holds(root)
        assert notes.states == ["queued", "pinning", "pinned"]
        assert notes.notes == {"requestid": "request/1"}
        [pin] = api.pins.values()
        assert pin["pin"]["cid"] == root
        assert len(pin["pin"]["origins"]) == 20, "no more than the API takes"
        assert node.connected == list(api.delegates)

    def test_what_is_not_pinned_in_time_is_resumed_by_its_request(self, serve: Any) -> None:
        api, notes = serve(PinningApi(course=["queued"] * 3 + ["pinned"])), Notes()
        root = file_cid(b"content")
        with pytest.raises(PinError, match="queued as request request/1") as caught:
            service(api, seconds=0).fetch(root, notes, [])
        assert "collection pin" in (caught.value.hint or "")
        service(api).fetch(root, notes, [])
        assert (posts(api), notes.states[-1]) == (1, "pinned")

    def test_a_request_whose_answer_was_lost_is_found_again(self, serve: Any) -> None:
        api = serve(PinningApi())
        root = file_cid(b"content")
        with pytest.raises(PinError):
            service(api, seconds=0).fetch(root, Notes(), [])
        service(api).fetch(root, Notes(), [])
        assert posts(api) == 1

    def test_a_failed_pin_is_told_and_replaced_by_the_next_run(self, serve: Any) -> None:
        api, notes = serve(PinningApi(course=["queued", "failed"])), Notes()
        root = file_cid(b"content")
        with pytest.raises(PinError, match="no peer has it"):
            service(api).fetch(root, notes, [])
        assert notes.states[-1] == "failed"
        api.course = ["pinned"]
        service(api).fetch(root, notes, [])
        assert list(api.pins) == ["request/2"], "replaced, not added"

    def test_a_forgotten_request_is_made_again(self, serve: Any) -> None:
        api, notes = serve(PinningApi(course=["pinned"])), Notes()
        root = file_cid(b"content")
        service(api).fetch(root, notes, [])
        api.pins.clear()
        service(api).fetch(root, notes, [])
        assert len(api.pins) == 1

    @pytest.mark.parametrize("faults", [[429, 429, 429], [500, 503], ["drop", "drop"], ["cut"], [429, "drop", "cut"]])
    def test_what_passes_is_waited_for(self, serve: Any, faults: list[Any]) -> None:
        api = serve(PinningApi())
        found, root = service(api), file_cid(b"content")
        api.faults = [*faults]
        found.fetch(root, Notes(), [])
        assert found.holds(root)
        assert not api.faults

    @pytest.mark.parametrize("fault", [429, 500, "drop", "cut"])
    def test_what_does_not_pass_is_told(self, serve: Any, fault: Any) -> None:
        api = serve(PinningApi(faults=[fault] * 20))
        with pytest.raises(PinError) as caught:
            service(api).holds(file_cid(b"content"))
        assert caught.value.message.startswith("pinning:env:TOKEN@here: 127.0.0.1:")
        assert "collection pin" in (caught.value.hint or "")
        assert len(api.asked) >= 4

    @pytest.mark.parametrize(
        ("lie", "words"),
        [
            (lambda said: {**said, "pin": {"cid": file_cid(b"another")}}, "answers with"),
            (lambda said: {**said, "status": "perfect"}, "'perfect'"),
            (lambda said: {**said, "pin": None}, "in no way that the API knows"),
            (lambda said: {key: value for key, value in said.items() if key != "requestid"}, "in no way"),
        ],
    )
    def test_a_lie_is_no_pin(self, serve: Any, lie: Any, words: str) -> None:
        api, notes = serve(PinningApi(course=["pinned"], lie=lie)), Notes()
        with pytest.raises(PinError, match=words):
            service(api).fetch(file_cid(b"content"), notes, [])
        assert "pinned" not in notes.states

    def test_a_list_of_other_pins_holds_nothing(self, serve: Any) -> None:
        api = serve(PinningApi(course=["pinned"]))
        root = file_cid(b"content")
        service(api).fetch(root, Notes(), [])
        api.lie = lambda said: {**said, "pin": {"cid": file_cid(b"another")}}
        assert not service(api).holds(root)

    def test_a_wrong_secret_is_told_without_the_secret(self, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        api = serve(PinningApi())
        monkeypatch.setenv("TOKEN", "hunter2")
        with pytest.raises(PinError) as caught:
            service(api).holds(file_cid(b"content"))
        assert "401" in caught.value.message
        assert "export TOKEN=" in (caught.value.hint or "")
        assert "hunter2" not in f"{caught.value.message} {caught.value.hint}"
        assert len(api.asked) == 1, "a refusal that stays is not asked twice"
        monkeypatch.delenv("TOKEN")
        with pytest.raises(PinError, match="TOKEN is not set"):
            service(api).holds(file_cid(b"content"))

    def test_it_is_read_back_by_gateways_that_are_not_believed(self, serve: Any, car: tuple[Path, str]) -> None:
        path, root = car
        lies = {file_cid(TREE["images"]["1.png"])}
        liar, honest = serve(TrustlessGateway(car=path, lies=lies)), serve(TrustlessGateway(car=path))
        api = serve(PinningApi(course=["pinned"]))
        uri = f"ipfs://{root}/images/1.png"
        service(api).fetch(root, Notes(), [])
        with service(api, gateways=(liar.url, honest.url)).blocks(root) as blocks:
            assert b"".join(Reader(blocks).content(uri)) == TREE["images"]["1.png"]
            assert blocks.lies == {liar.url: 1}
        with (
            service(api, gateways=(liar.url,)).blocks(root) as blocks,
            pytest.raises(PinError, match="gives other bytes"),
        ):
            list(Reader(blocks).content(uri))

    def test_stopped_it_ends_at_once(self, serve: Any) -> None:
        found = service(serve(PinningApi(course=["queued"])))
        found.stop()
        with pytest.raises(PinError, match="stopped"):
            found.fetch(file_cid(b"content"), Notes(), [])


class TestPinata:
    def _open(self, api: PinataApi) -> Pinata:
        return Pinata(ServiceAddress("pinata:env:TOKEN", Secret("TOKEN"), api.url, ()), client())

    def test_a_folder_is_uploaded_in_one_request(self, serve: Any, tmp_path: Path) -> None:
        api, graph = serve(PinataApi()), graph_of(TREE, KUBO_CID_V1)
        path = tmp_path / "kubo.car"
        write_car(path, graph, graph.cid)
        api.faults = [429, "drop"]
        found = self._open(api)
        found.resume(path, graph.cid, Notes())
        assert api.trees[-1] == TREE
        assert found.holds(graph.cid)

    def test_blocks_of_another_cut_are_no_pin(self, serve: Any, tmp_path: Path) -> None:
        api, notes = serve(PinataApi()), Notes()
        graph = graph_of({"1.png": bytes(300_000)})
        write_car(tmp_path / "set.car", graph, graph.cid)
        for uploads in (1, 1):
            with pytest.raises(PinError, match="it cuts them otherwise") as caught:
                self._open(api).resume(tmp_path / "set.car", graph.cid, notes)
            assert "pinning:env:TOKEN@https://api.pinata.cloud/psa" in (caught.value.hint or "")
            assert posts(api) == uploads, "what is known is not uploaded again"
        assert api.kept == set(), "what nobody wants is taken down"
        assert notes.states == ["failed"]


class TestFilebase:
    def _open(self, api: S3Bucket, part: int = 1 << 20) -> Filebase:
        return Filebase(ServiceAddress("filebase:env:KEYS@b", Secret("KEYS"), f"{api.url}/b", ()), client(), part=part)

    def test_a_car_is_imported(self, serve: Any, car: tuple[Path, str]) -> None:
        api, (path, root) = serve(S3Bucket()), car
        found = self._open(api)
        assert not found.holds(root)
        api.faults = [503, "drop"]
        found.pin(path, root)
        assert found.holds(root)
        assert api.objects[f"/b/{root}.car"][0] == path.read_bytes()

    def test_a_killed_upload_goes_on_with_the_next_part(self, serve: Any, car: tuple[Path, str]) -> None:
        api, notes, (path, root) = serve(S3Bucket()), Notes(), car
        found = self._open(api, part=1000)
        api.faults = [None, None, None, *[500] * 10]
        with pytest.raises(PinError, match="500"):
            found.resume(path, root, notes)
        api.faults, before = [], len(api.asked)
        assert len(notes.notes["etags"]) == 2
        found.resume(path, root, notes)
        sent = [asked.query["partNumber"][0] for asked in api.asked[before:] if "partNumber" in asked.query]
        assert sent == [str(number) for number in range(3, path.stat().st_size // 1000 + 2)]
        assert api.objects[f"/b/{root}.car"][0] == path.read_bytes()
        assert notes.notes == {}

    def test_an_upload_that_the_bucket_forgot_begins_anew(self, serve: Any, car: tuple[Path, str]) -> None:
        api, notes, (path, root) = serve(S3Bucket()), Notes(), car
        notes.notes = {"upload": "gone", "part": 1000, "etags": ["1"]}
        self._open(api, part=1000).resume(path, root, notes)
        assert self._open(api).holds(root)

    def test_another_cid_is_no_pin(self, serve: Any, car: tuple[Path, str]) -> None:
        api, (path, root) = serve(S3Bucket(told=file_cid(b"another"))), car
        with pytest.raises(PinError, match="of the CAR file"):
            self._open(api).pin(path, root)
        assert not self._open(api).holds(root)
        assert api.objects == {}

    def test_a_wrong_key_is_told(self, serve: Any, car: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
        found = self._open(serve(S3Bucket()))
        monkeypatch.setenv("KEYS", "KEY:other")
        with pytest.raises(PinError, match="403"):
            found.holds(car[1])
        monkeypatch.setenv("KEYS", "KEY")
        with pytest.raises(PinError, match="KEY:SECRET"):
            found.holds(car[1])


def test_the_signature_of_the_published_example() -> None:
    """GET Bucket (List Objects) of "Authenticating Requests: Using the Authorization Header", but for the body's hash,
    which is unsigned here."""
    at = datetime(2013, 5, 24, tzinfo=UTC)
    url = "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J"
    found = signed_headers("GET", url, {}, "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", at)
    assert found["Authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="
    )


class TestNames:
    @pytest.mark.parametrize("name", [*CLOSED, "nftstorage", "web3-storage", "Infura:env:X"])
    def test_a_closed_service_is_refused_with_what_to_use(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"since|nobody new") as caught:
            open_pinners([name], tmp_path)
        assert "pinata:env:" in (caught.value.hint or "")

    def test_so_is_its_address(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"NFT\.Storage"):
            open_pinners(["pinning:env:TOKEN@https://api.nft.storage"], tmp_path)

    @pytest.mark.parametrize(
        "name",
        [
            "pinata:eyJhbGciOi", "pinata:", "pinata", "pinning:env:TOKEN", "pinning:env:TOKEN@service.example",
            "pinning:env:TOKEN@https://me:eyJhbGciOi@service.example", "filebase:env:KEYS", "filebase:KEY:eyJhbGciOi@b",
            "filebase:env:KEYS@Not a bucket", "pinata:env:JWT via nowhere",
        ],
    )  # fmt: skip
    def test_what_cannot_be_meant_is_refused_without_a_secret(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(UsageError) as caught:
            open_pinners([name], tmp_path)
        assert "eyJhbGciOi" not in f"{caught.value.message} {caught.value.hint}"
        assert "env:" in (caught.value.hint or "")

    @pytest.mark.parametrize(
        "name",
        [
            "pinata:env:JWT", "pinata:env:JWT via https://my.mypinata.cloud", "filebase:env:KEYS@my-bucket",
            "pinning:env:TOKEN@https://api.filebase.io/v1/ipfs via https://ipfs.filebase.io",
        ],
    )  # fmt: skip
    def test_what_can_be_meant_is_opened_and_nothing_is_asked(self, name: str, tmp_path: Path) -> None:
        assert [pinner.name for pinner in open_pinners([name], tmp_path)] == [name]
