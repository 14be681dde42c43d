"""Arguments that mean images."""

from __future__ import annotations

from typing import Annotated

import typer

Image = Annotated[int, typer.Argument(metavar="IMAGE", min=1, help="The number of the image.", show_default=False)]
Images = Annotated[
    list[str] | None,
    typer.Argument(metavar="IMAGES", help="Numbers, ranges and queries, as in the review room: 12 15-20 'quality>80'."),
]
