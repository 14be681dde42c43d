"""The schema of collection.db and its history, by Alembic. Loaded only where there is something to migrate.

A new database is made by the statements of newest.sql, in a hundredth of the time that all migrations take.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from collection.errors import ProjectError

HEAD = "0026"
"""The newest revision; a test holds it to the files in versions/."""
NEWEST = Path(__file__).with_name("newest.sql")
"""What all migrations make of an empty database, a blank line after each statement; packaging/schema.py writes it."""


def revision_of(connection: Connection) -> str | None:
    """The revision of a database, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine, path: Path) -> None:
    """Bring the database to HEAD; raises ProjectError for one that a newer version of Collection wrote."""
    with engine.connect() as connection:
        found = revision_of(connection)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise ProjectError(
            f"{path} was written by a newer Collection (schema {found}; this one knows {HEAD})",
            "pip install --upgrade nft-collection",
        )
    with engine.begin() as connection:
        found = revision_of(connection)  # another process may have made it meanwhile
        if found is None:
            for statement in NEWEST.read_text().split("\n\n"):
                connection.exec_driver_sql(statement)
            found = revision_of(connection)
        if found != HEAD:
            upgrade(connection)


def upgrade(connection: Connection, revision: str = HEAD) -> None:
    """Run the migrations from where the database is to `revision`, in the transaction of the connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
