"""Repositories of the hub as they are: with the weights of one variant only, or with one file for everything."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from hashlib import sha1, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from published_layout import checkpoint

from collection.generate.diffusion.find import cached_model
from collection.generate.diffusion.generator import Diffusion


class Hub(BaseHTTPRequestHandler):
    """Answers as the hub does for the repositories (owner/name) below `root`, each of one revision."""

    root: ClassVar[Path]
    served: ClassVar[list[str]]

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = self.path.split("?")[0].strip("/")
        if path.startswith("api/models/"):
            return self._say(*self._told(path.removeprefix("api/models/").split("/")), body=body)
        owner, name, _, _, *rest = [*path.split("/"), "", "", ""]
        rest = [part for part in rest if part]
        file = self.root / owner / name / "/".join(rest)
        if not file.is_file():
            return self._say(404, b"", {"X-Error-Code": "EntryNotFound"}, body=body)
        if body:
            self.served.append("/".join(rest))
        data = file.read_bytes()
        headers = {"ETag": f'"{sha256(data).hexdigest()}"', "X-Repo-Commit": self._commit(owner, name)}
        return self._say(200, data, headers, body=body)

    def _told(self, parts: list[str]) -> tuple[int, bytes, dict[str, str]]:
        owner, name, *rest = parts
        folder = self.root / owner / name
        if not folder.is_dir():
            return 404, b"", {"X-Error-Code": "RepoNotFound"}
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        if rest[:1] == ["tree"]:
            said: Any = [
                {"type": "file", "path": file.relative_to(folder).as_posix(), "size": file.stat().st_size,
                 "oid": sha1(file.read_bytes()).hexdigest()}
                for file in files
            ]  # fmt: skip
        else:
            names = [{"rfilename": file.relative_to(folder).as_posix()} for file in files]
            said = {"id": f"{owner}/{name}", "modelId": f"{owner}/{name}", "siblings": names}
            said |= {"sha": self._commit(owner, name), "private": False, "downloads": 0, "likes": 0, "tags": []}
        return 200, json.dumps(said).encode(), {"Content-Type": "application/json"}

    def _commit(self, owner: str, name: str) -> str:
        return sha1(f"{owner}/{name}".encode()).hexdigest()

    def _say(self, status: int, data: bytes, headers: dict[str, str], *, body: bool) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    """A hub on this machine, and an empty cache."""
    from huggingface_hub import constants

    class Here(Hub):
        root = tmp_path / "hub"
        served: ClassVar[list[str]] = []

    server = ThreadingHTTPServer(("127.0.0.1", 0), Here)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr("huggingface_hub.hf_api.api.endpoint", address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    yield Here
    server.shutdown()
    server.server_close()


def test_a_repository_with_half_precision_only_is_fetched_and_found_again(hub: type[Hub], tiny_sd: Path) -> None:
    folder = Path(shutil.copytree(tiny_sd, hub.root / "someone" / "half"))
    for file in list(folder.glob("*/*.safetensors")):
        file.rename(file.with_name(f"{file.stem}.fp16.safetensors"))
    (folder / "unet" / "diffusion_pytorch_model.bf16.safetensors").write_bytes(b"not this one")
    weights = Diffusion("someone/half").identity["weights"]
    assert sorted(weights) == [
        "text_encoder/model.fp16.safetensors", "unet/diffusion_pytorch_model.fp16.safetensors",
        "vae/diffusion_pytorch_model.fp16.safetensors",
    ]  # fmt: skip
    assert not any("bf16" in name for name in hub.served)
    assert Diffusion("someone/half", local_files_only=True).identity["weights"] == weights


def test_plain_weights_are_fetched_where_there_are_both(hub: type[Hub], tiny_sd: Path) -> None:
    folder = Path(shutil.copytree(tiny_sd, hub.root / "someone" / "both"))
    file = next((folder / "unet").glob("*.safetensors"))
    shutil.copy(file, file.with_name(f"{file.stem}.fp16.safetensors"))
    assert not any("fp16" in name for name in Diffusion("someone/both").identity["weights"])
    assert not any("fp16" in name for name in hub.served)


def test_one_file_of_a_repository_with_the_configuration_of_its_kind(hub: type[Hub], tiny_sd: Path) -> None:
    """Of the model that a checkpoint descends from only files without weights are fetched."""
    from safetensors.torch import save_file

    (hub.root / "someone" / "files").mkdir(parents=True)
    save_file(checkpoint(tiny_sd), hub.root / "someone" / "files" / "good.safetensors")
    shutil.copytree(tiny_sd, hub.root / "stable-diffusion-v1-5" / "stable-diffusion-v1-5")
    told = Diffusion("someone/files/good.safetensors").identity
    assert list(told["weights"]) == ["good.safetensors"]
    assert [name for name in hub.served if name.endswith(".safetensors")] == ["good.safetensors"]
    assert cached_model("stable-diffusion-v1-5/stable-diffusion-v1-5", None, Path()) is not None
    again = Diffusion("someone/files/good.safetensors", local_files_only=True).identity
    assert again["weights"] == told["weights"]
