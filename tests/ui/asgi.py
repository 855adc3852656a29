"""An application, asked as a server asks it."""

from starlette.types import ASGIApp, Message, Scope

from tests.ui.apart import apart


def ask(app: ASGIApp, scope: Scope, body: bytes = b"") -> list[Message]:
    """The messages that it sends back.

    Args:
        app: the application.
        scope: the request; its query is empty if nothing is said.
        body: of the request.
    """
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    apart(app({"query_string": b""} | scope, receive, send))
    return sent


def body_of(sent: list[Message]) -> bytes:
    """The body of an answer, all its parts."""
    return b"".join(message.get("body", b"") for message in sent[1:])
