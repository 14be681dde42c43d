"""Write collection/store/migrations/newest.sql, of which a new database is made, from the migrations: `make docs`.

With --check, write nothing and fail if it is not what the migrations make.
"""

from __future__ import annotations

import sys

from sqlalchemy import create_engine

from collection.store.migrations import NEWEST, upgrade


def statements() -> list[str]:
    """The statements that make what the migrations make of an empty database."""
    with create_engine("sqlite://").connect() as connection:
        upgrade(connection)
        connection.commit()
        return list(connection.connection.iterdump())[1:-1]  # without BEGIN and COMMIT


def main() -> int:
    """Write the file, or say that it is not up to date."""
    script = "\n\n".join(statements()) + "\n"
    if "--check" not in sys.argv[1:]:
        NEWEST.write_text(script)
    elif NEWEST.read_text() != script:
        print(f"not up to date: {NEWEST.name}; run `make docs`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
