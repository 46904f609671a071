"""Numbers in addresses: an id that no record can have is simply not found."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**31 - 1


class RecordId(IntegerConverter):
    """An id as the databases number their rows; a larger one leads to no page."""

    def __init__(self, addresses: Map, *args: Any, **kwargs: Any) -> None:
        """Set the largest id, unless the address names another bound."""
        super().__init__(addresses, *args, **{"max": LARGEST_ID} | kwargs)


def init_app(app: Flask) -> None:
    """Read every number in an address as the id of a record."""
    app.url_map.converters["int"] = RecordId
