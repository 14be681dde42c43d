"""The tables of collection.db that the review room alone needs: places on maps, and the order of tokens by hand."""

from sqlmodel import Field, SQLModel


class MapRow(SQLModel, table=True):
    """Where images are on a map of one model's vectors."""

    __tablename__ = "map"
    method: str = Field(primary_key=True)
    """tsne or pca."""
    model: str = Field(primary_key=True)
    images: bytes
    """Numbers of images, int64 little-endian."""
    places: bytes
    """x and y of each, float32 little-endian, in the unit square."""
    at: str


class TokenOrderRow(SQLModel, table=True):
    """A place in the order in which a curator wants the tokens."""

    __tablename__ = "token_order"
    place: int = Field(primary_key=True)
    asset_id: int = Field(unique=True)
