"""The schema of collection.db and its history, by Alembic. Loaded only where there is something to migrate."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from collection.errors import ProjectError

HEAD = "0026"
"""The newest revision; a test holds it to the files in versions/."""


def revision_of(engine: Engine) -> str | None:
    """The revision of a database, None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine, path: Path) -> None:
    """Bring the database to HEAD; raises ProjectError for one that a newer version of Collection wrote."""
    found = revision_of(engine)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise ProjectError(
            f"{path} was written by a newer Collection (schema {found}; this one knows {HEAD})",
            "pip install --upgrade nft-collection",
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)
