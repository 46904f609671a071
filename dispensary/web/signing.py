"""A name that is signed on the screen: the field that takes the strokes, and the picture of them."""

from typing import Any

from flask import Response
from wtforms import StringField
from wtforms.widgets import HiddenInput

from dispensary.rules.names import printable
from reports import charts, signature


class StrokesField(StringField):
    """What was drawn, as points; on the page it is out of sight."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: Any) -> None:
        """Keep what was sent, without what no page can hold."""
        if valuelist:
            self.data = printable(valuelist[0])


def picture(drawn: str) -> Response:
    """Answer a name as it was drawn."""
    return Response(charts.svg(signature.drawing(drawn)), content_type="image/svg+xml")
