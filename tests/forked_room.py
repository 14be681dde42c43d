"""Loads in the process that forks what every review room loads at its start; see forked_command.py."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn

from collection.judge.pixels.svm import packaged_brisque
from collection.project import open_project
from collection.web.access import open_tokens
from collection.web.app import create_app
from collection.web.routes.page import static_version

CONFIG = 'title = "warm"\nsupply = 1\nseed = "warm"\n\n[styles.oil]\n'


def load() -> None:
    """Open a room of no images, and close it; nothing of it stays but what was loaded."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "collection.toml").write_text(CONFIG)
        with open_project(folder) as project:
            app = create_app(project, open_tokens(folder, ("warm",)))
            uvicorn.Config(app, log_level="warning").load()
            app.state.review.now()
            app.state.review.close()
    packaged_brisque()
    static_version()
