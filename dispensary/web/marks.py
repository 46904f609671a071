"""The answer to a page that asks every few seconds whether what it shows still holds."""

from flask import Response, request


def marked(mark: str) -> Response:
    """Answer a mark, and nothing but that it is the same where the page has this one already."""
    answer = Response(mark, content_type="text/plain; charset=utf-8")
    answer.set_etag(mark)
    answer.headers["Cache-Control"] = "no-store"
    if request.if_none_match.contains(mark):
        answer.status_code = 304
        answer.set_data(b"")
    return answer
