"""The second look: copies are one picture, distinct tokens are not."""

from __future__ import annotations

import io
import runpy
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from collection.judge.duplicates import look, second_look
from collection.judge.duplicates.glance import far_apart
from collection.judge.duplicates.groups import PHASH_DISTANCE
from collection.judge.duplicates.hash_neighbours import BORDER, hash_distances
from collection.judge.duplicates.hashes import fingerprint
from collection.judge.duplicates.look import plain_border, small_copy, take_look
from collection.judge.duplicates.second_look import TURNS, SecondLook
from collection.judge.duplicates.small_copies import SmallCopies

COUNT = 12


def re_encoded(image, quality=50):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def noisy(image, deviation=8):
    pixels = np.asarray(image).astype(float)
    noise = np.random.default_rng(1).normal(0, deviation, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


COPIES = {
    "JPEG 50": re_encoded,
    "half size": lambda image: image.resize((image.width // 2, image.height // 2)),
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(1)),
    "noisy": noisy,
}
LIGHT = {
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "more contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.2),
}


def verdicts(images, **options):
    """What each picture is to the first."""
    pixels = [np.asarray(image.convert("RGB")) for image in images]
    return SecondLook(copies(pixels), **options).verdicts(0, np.arange(1, len(images)))


@cache
def look_of(shape, data):
    return take_look(np.frombuffer(data, np.uint8).reshape(shape))


def copies(pictures):
    """The small copies of pixels, and the pixels; None: a picture that has none."""
    looks = [None if pixels is None else look_of(pixels.shape, pixels.tobytes()) for pixels in pictures]
    return SmallCopies(looks, lambda rows: [small_copy(pictures[row]) for row in rows], lambda row: pictures[row])


@pytest.fixture(scope="module")
def drawn(repository):
    return runpy.run_path(str(repository / "benchmarks" / "distinct_tokens.py"))["tokens"]


@pytest.mark.parametrize("name", ["faces", "words", "circles", "colourways"])
def test_copies_of_flat_art_are_the_same(drawn, name):
    (image,) = drawn(name, 1, 512)
    assert verdicts([image, *(edit(image) for edit in COPIES.values())]) == ["same"] * len(COPIES)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "faces, eyes only",
            "punks",
            "sprites",
            "words",
            "numbers",
            "small numbers",
            "small print",
            "letters",
            "cells",
        ),
        *("stripes", "flat colours", "gradients", "soft fields", "colourways", "greys", "circles", "waves", "mondrian"),
    ],
)
def test_no_distinct_token_is_another(drawn, name):
    assert set(verdicts(list(drawn(name, COUNT, 256)))) == {"another"}


def number_in(image, number, at=(0.5, 0.5), colour=(240, 235, 220), points=14):
    """A copy of a picture with a number of so many pixels."""
    image = image.copy()
    place = tuple(side * share for side, share in zip(image.size, at, strict=True))
    draw = ImageDraw.Draw(image)
    draw.text(place, f"#{number:04}", fill=colour, font=ImageFont.load_default(points), anchor="mm")
    return image


CARDS = {
    "a card of 512": lambda drawn, photos: next(iter(drawn("small print", 1, 256))),
    "a plain ground": lambda drawn, photos: Image.new("RGB", (512, 512), (30, 60, 90)),
    "a face": lambda drawn, photos: next(iter(drawn("faces", 1, 512))),
    "a photograph": lambda drawn, photos: Image.fromarray(photos["coffee"]).resize((512, 512)),
}


@pytest.mark.parametrize("name", CARDS)
def test_small_print_makes_another_token_as_it_is_and_as_a_jpeg(drawn, photos, name):
    card = CARDS[name](drawn, photos)
    images = [number_in(card, number, at=(0.5, 0.75)) for number in (1, 2, 7, 8)]
    assert verdicts(images) == ["another"] * 3
    assert verdicts([re_encoded(image, 75) for image in images]) == ["another"] * 3
    edited = [edit(images[0]) for edit in {**COPIES, "JPEG 75": lambda image: re_encoded(image, 75)}.values()]
    assert verdicts([images[0], *edited]) == ["same"] * len(edited)


def test_small_print_is_seen_on_a_turned_picture(photos):
    image = Image.fromarray(photos["coffee"]).resize((512, 512))
    first, second = (number_in(image, number, at=(0.5, 0.75)) for number in (1, 2))
    turned = [picture.transpose(turn) for turn, _ in TURNS for picture in (first, second)]
    assert verdicts([first, *turned]) == ["same", "another"] * len(TURNS)


def test_a_small_dot_of_another_colour_is_another_token(drawn):
    (face,) = drawn("faces", 1, 512)
    colours = [(200, 60, 60), (60, 130, 60), (60, 60, 200)]
    dotted = [face.copy() for _ in colours]
    for image, colour in zip(dotted, colours, strict=True):
        ImageDraw.Draw(image).ellipse([300, 400, 308, 408], fill=colour)
    assert verdicts(dotted) == ["another"] * 2


def test_pale_print_on_plain_paper_makes_another_token():
    paper = Image.new("RGB", (512, 512), (240, 236, 225))
    images = []
    for text in ("A1", "B1", "A2"):
        images.append(paper.copy())
        ImageDraw.Draw(images[-1]).text((256, 300), text, fill=(180, 180, 180), font=ImageFont.load_default(10))
    assert verdicts(images) == ["another"] * 2
    assert verdicts([images[0], re_encoded(images[0], 90), re_encoded(images[0])]) == ["same"] * 2


def test_without_their_pixels_the_small_copies_decide(drawn, photos):
    image = Image.fromarray(photos["coffee"])
    first, second = (np.asarray(number_in(image, number, at=(0.5, 0.75), points=9)) for number in (1, 2))
    looks = [take_look(pixels) for pixels in (first, second)]
    small = SmallCopies(looks, lambda rows: [small_copy((first, second)[row]) for row in rows], lambda row: None)
    assert SecondLook(small).verdicts(0, np.array([1])) == ["same"]
    assert verdicts([Image.fromarray(first), Image.fromarray(second)]) == ["another"]


def test_a_glance_tells_apart_only_what_the_look_does(drawn, monkeypatch):
    images = [*drawn("small numbers", 6, 256)]
    images += [edit(images[0]) for edit in COPIES.values()]
    glanced = []

    def kept(*asked):
        glanced.extend(found := far_apart(*asked))
        return found

    monkeypatch.setattr(second_look, "far_apart", kept)
    found = verdicts(images)
    assert sum(glanced) >= 3
    monkeypatch.setattr(second_look, "far_apart", lambda one, others, *_: [False] * len(others))
    assert verdicts(images) == found == ["another"] * 5 + ["same"] * len(COPIES)


def test_photographs_are_the_same_in_another_light_turned_and_with_a_border(photos):
    for name in ("astronaut", "coffee", "chelsea"):
        image = Image.fromarray(photos[name])
        image.thumbnail((400, 400))
        turned = [image.transpose(turn) for turn, _ in TURNS]
        edited = [edit(image) for edit in {**COPIES, **LIGHT}.values()]
        assert set(verdicts([image, *edited, *turned])) == {"same"}
        assert verdicts([image, ImageOps.expand(image, 40, "black")]) == ["frame"]
        assert verdicts([ImageOps.expand(image, (0, 60), "white"), image]) == ["framed"]
        assert verdicts([image, *turned], turns=False) == ["another"] * 7
        assert verdicts([image, ImageOps.expand(image, 40, "black")], borders=False) == ["another"]


@pytest.mark.parametrize("border", ["black", "gold"])
@pytest.mark.parametrize("bar", ["white", "black"])
@pytest.mark.parametrize("sides", [(0, 60), (60, 0), (40, 40)])
def test_a_letterbox_around_a_picture_with_a_border_is_the_same_picture(photos, border, bar, sides):
    image = Image.fromarray(photos["coffee"])
    image.thumbnail((400, 400))
    image = ImageOps.expand(image, 14, border)
    boxed = ImageOps.expand(image, sides, bar)
    assert verdicts([image, boxed]) == ["frame"]
    one, other = (fingerprint(np.asarray(picture)).hashes for picture in (image, boxed))
    bits, _ = hash_distances(np.array(one, np.uint64), np.array([other], np.uint64), BORDER)
    assert bits[0] <= PHASH_DISTANCE, "and its hash proposes it"


def test_a_framed_copy_of_another_number_is_another(photos):
    image = Image.fromarray(photos["coffee"])
    first, second = (number_in(image, number, at=(0.5, 0.75)) for number in (1, 2))
    assert verdicts([first, ImageOps.expand(first, 40, "black")]) == ["frame"]
    assert verdicts([first, ImageOps.expand(second, 40, "black")]) == ["another"]


def test_colour_counts(photos):
    image = Image.fromarray(photos["coffee"])
    red, green, blue = image.split()
    assert verdicts([image, Image.merge("RGB", (green, red, blue)), image.convert("L")]) == ["another"] * 2


def test_a_small_change_anywhere_is_seen(photos):
    image = Image.fromarray(photos["chelsea"]).resize((512, 512))
    changed = image.copy()
    changed.paste((255, 255, 255), (300, 200, 316, 216))
    assert verdicts([image, changed]) == ["another"]


def test_no_four_colours_leave_less_than_four_levels_a_channel(photos, drawn):
    """The bound that spares most pictures the search for their four colours."""
    images = [Image.fromarray(photos[name]) for name in ("coffee", "moon", "page", "logo", "colorwheel")]
    images += [next(iter(drawn(name, 1, 256))) for name in ("faces", "gradients", "greys", "words")]
    for image in images:
        small = image.convert("RGB").resize((256, 256), Image.Resampling.BOX)
        assert look._least_left(np.asarray(small)) <= look._left(small) * (1 + 1e-6)
    levels = np.array([10, 30, 90, 200], np.uint8)
    four = np.stack([levels, levels[::-1], np.roll(levels, 1)], axis=-1)[None].repeat(8, axis=0)
    assert look._least_left(four) == 0, "four colours leave nothing of themselves"
    five = np.array([0, 2, 50, 100, 200], np.uint8)[None, :, None].repeat(3, axis=2)
    assert look._least_left(five) == pytest.approx(3 * 2 / 5), "two levels that share one lie a level off, each"


def test_signs_that_point_left_and_right_are_two(drawn):
    sign = Image.new("RGB", (256, 256), (20, 60, 160))
    sign.paste((250, 250, 250), (120, 60, 140, 200))
    sign.paste((250, 250, 250), (60, 60, 120, 80))
    assert verdicts([sign, ImageOps.mirror(sign), sign.rotate(180)]) == ["another"] * 2


def test_the_border_is_what_is_plain():
    pixels = np.full((40, 60, 3), 200, np.uint8)
    assert plain_border(pixels) == (0, 0, 60, 40)
    pixels[10:30, 5:50] = np.random.default_rng(1).integers(0, 150, (20, 45, 3))
    assert plain_border(pixels) == (5, 10, 50, 30)


def test_a_picture_without_a_look_is_another(photos):
    coffee = photos["coffee"]
    assert SecondLook(copies([coffee, None, coffee])).verdicts(0, np.array([1, 2])) == ["another", "same"]
    assert SecondLook(copies([None, coffee])).verdicts(0, np.array([1])) == ["another"]
