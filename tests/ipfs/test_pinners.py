"""What every storage does alike: the project's folder, js-ipfs, and Kubo where there is one."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collection.errors import ConfigError, PinError, UsageError
from collection.ipfs.car_store import CarStore
from collection.ipfs.pinner import Pinner, open_pinners
from collection.project import open_project
from collection.unixfs import Car, cid_bytes, file_cid, write_car

MakeCar = Callable[[Any], tuple[Path, str]]


def _tree(seed: str) -> dict[str, Any]:
    rng = random.Random(seed)
    return {
        "images": {"1.png": rng.randbytes(2_500_000), "2.png": rng.randbytes(10)},
        "metadata": {"1.json": b"{}", "2.json": b"{}"},
        "collection.json": b'{"name":"%s"}' % seed.encode(),
    }


def copy(pinner: Pinner, root: str, path: Path) -> None:
    """Write what a storage keeps below `root` to a CAR file of its own."""
    with pinner.blocks(root) as blocks:
        write_car(path, blocks, root)


def test_what_was_pinned_comes_back_byte_for_byte(pinner: Pinner, make_car: MakeCar, tmp_path: Path) -> None:
    car, root = make_car(_tree("back"))
    assert not pinner.holds(root)
    pinner.pin(car, root)
    assert pinner.holds(root)
    copy(pinner, root, tmp_path / "back.car")
    assert (tmp_path / "back.car").read_bytes() == car.read_bytes()


def test_a_directory_of_shards_comes_back(pinner: Pinner, make_car: MakeCar, tmp_path: Path) -> None:
    entries = {f"{number}.json": b"%d" % (number % 10) for number in range(1, 5_001)}
    car, root = make_car({"metadata": entries})
    pinner.pin(car, root)
    copy(pinner, root, tmp_path / "back.car")
    with Car(tmp_path / "back.car") as back:
        assert back.read("metadata/4999.json") == b"9"
        assert back.verify() == len(back)


def test_pinning_twice_does_no_harm(pinner: Pinner, make_car: MakeCar) -> None:
    car, root = make_car(_tree("twice"))
    pinner.pin(car, root)
    pinner.pin(car, root)
    assert pinner.holds(root)


def test_a_car_of_another_root_is_refused(pinner: Pinner, make_car: MakeCar) -> None:
    car, _ = make_car(_tree("right"))
    other = file_cid(b"another content")
    with pytest.raises(PinError) as caught:
        pinner.pin(car, other)
    assert other in caught.value.message
    assert not pinner.holds(other)


def test_a_damaged_car_is_refused(pinner: Pinner, make_car: MakeCar) -> None:
    car, root = make_car(_tree("damaged"))
    car.write_bytes(car.read_bytes()[:-3])
    with pytest.raises(PinError):
        pinner.pin(car, root)
    assert not pinner.holds(root)


def test_what_it_does_not_have_is_not_read(pinner: Pinner, tmp_path: Path) -> None:
    with pytest.raises(PinError):
        copy(pinner, file_cid(b"never stored"), tmp_path / "none.car")
    assert not (tmp_path / "none.car").exists()


def test_the_name_opens_it_again(pinner: Pinner, make_car: MakeCar, tmp_path: Path) -> None:
    car, root = make_car(_tree("again"))
    pinner.pin(car, root)
    [again] = open_pinners([pinner.name], tmp_path / "cars")
    assert again.name == pinner.name
    assert again.holds(root)


def test_a_car_in_its_place_is_not_copied_but_checked(make_car: MakeCar) -> None:
    car, root = make_car(_tree("place"))
    store = CarStore(car.parent)
    store.pin(car, root)
    data = bytearray(car.read_bytes())
    data[-1] ^= 1
    car.write_bytes(data)
    with pytest.raises(PinError, match="damaged"):
        store.pin(car, root)


@pytest.mark.parametrize("wanted", ["", "s3", "kubo", "kubo:", "kubo:127.0.0.1", "car:elsewhere", "carr", "s3:bucket"])
def test_an_unknown_storage_is_named(wanted: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_pinners([wanted], tmp_path)
    assert wanted.partition(":")[0] in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("karr", 'there is no storage "karr"; did you mean car'),
        ("s3:x", 'there is no storage "s3"'),
        ("kubo:127.0.0.1", "does not name the address of an IPFS node"),
        ("car:elsewhere", "lies in the project"),
    ],
)
def test_a_project_with_an_unknown_storage_is_refused_with_file_and_line(
    tmp_path: Path, wanted: str, words: str
) -> None:
    toml = tmp_path / "collection.toml"
    toml.write_text(
        'title = "T"\nsupply = 1\nseed = 1\n[[series]]\nname = "s"\nprompt = "p"\n\n'
        f'[publish]\nstorage = ["car", "{wanted}"]\n'
    )
    with pytest.raises(ConfigError) as caught:
        open_project(tmp_path)
    assert caught.value.message.startswith(f"{toml}:9: publish.storage: ")
    assert words in caught.value.message


class TestThirdParties:
    """tests/third_party/pinner adds storages, of which most are broken, each in a way of its own."""

    def test_a_package_adds_a_storage(self, third_party: Any, make_car: MakeCar, tmp_path: Path) -> None:
        third_party("pinner")
        [shelf] = open_pinners([f"shelf:{tmp_path / 'shelf'}"], tmp_path / "cars")
        car, root = make_car(_tree("shelf"))
        assert not shelf.holds(root)
        shelf.pin(car, root)
        assert shelf.holds(root)
        copy(shelf, root, tmp_path / "back.car")
        assert (tmp_path / "back.car").read_bytes() == car.read_bytes()

    @pytest.mark.parametrize(
        ("wanted", "words"),
        [
            ("broken", ["broken", "collection-shelf", "ImportError", "the library it needs is gone"]),
            ("number", ["number", "collection-shelf", "a function that opens a storage"]),
            ("nothing", ["nothing", "NoneType", "no storage"]),
            ("raising:x", ["raising:x", "RuntimeError", "no account x"]),
            ("misnamed", ["misnamed", "'another'"]),
            ("falling", ["falling", "ZeroDivisionError"]),
        ],
    )
    def test_a_broken_one_is_named_and_the_rest_works(
        self, third_party: Any, make_car: MakeCar, tmp_path: Path, wanted: str, words: list[str]
    ) -> None:
        third_party("pinner")
        broken, cars = open_pinners([wanted, "car"], tmp_path / "cars")
        car, root = make_car(_tree("rest"))
        for ask in (broken.holds, lambda root: broken.pin(car, root), lambda root: copy(broken, root, tmp_path / "n")):
            with pytest.raises(PinError) as caught:
                ask(root)
            for word in words:
                assert word in caught.value.message
        assert broken.name == wanted
        cars.pin(car, root)
        assert cars.holds(root)

    def test_one_that_gives_other_bytes_is_found_out(self, third_party: Any, make_car: MakeCar, tmp_path: Path) -> None:
        third_party("pinner")
        [lying] = open_pinners(["lying"], tmp_path / "cars")
        with lying.blocks(file_cid(b"x")) as blocks, pytest.raises(PinError, match="lying gave other bytes"):
            blocks.block(cid_bytes(file_cid(b"x")))
