"""collection generate, as a person types it."""

from __future__ import annotations

import sqlite3

import pytest

NARROW = """\
import resource
from collection_cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))
main()
"""


def test_images_made_again_are_compared(collection, finished):
    said = collection("-C", finished, "generate", "--check", 3, "--json")
    assert said.code == 0, said
    assert (said.object["checked"], said.object["alike"]) == (3, 3)


def test_workers_make_what_is_planned_and_a_changed_image_is_found(collection, project):
    collection("-C", project, "plan")
    said = collection("-C", project, "generate", "--workers", 2, "--max-images-per-worker", 3, "--no-score", "--json")
    assert said.code == 0, said
    assert (said.object["made"], said.object["pending"], said.object["replanned"]) == (5, 0, [])
    with sqlite3.connect(project / "collection.db") as connection:
        connection.execute("UPDATE asset SET file_sha256 = 'ab' || substr(file_sha256, 3) WHERE id = 2")
    said = collection("-C", project, "generate", "--check", 5)
    assert said.code == 1
    assert "4 of 5 images made again came out the same" in said.out
    assert "0002: made again, the pixels are alike, the file differs" in said.err


@pytest.mark.parametrize("kilobytes", [8, 64])
def test_a_full_disk_is_said_without_a_traceback_and_the_next_run_goes_on(collection, project, kilobytes):
    """No file may grow beyond some pages: like a disk that is full at the start, or in the middle of the work."""
    collection("-C", project, "plan")
    said = collection("-C", project, "generate", "--no-score", program=NARROW.format(kilobytes * 1024))
    assert said.code == 1
    assert "free some disk space" in said.err
    assert collection("-C", project, "generate", "--no-score", "--json").object["pending"] == 0
