"""The protocol's addresses: models, chat completions, completions, health."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.domain.errors import EngineBusyError, KnownError, ModelNotLoadedError, NotFoundError
from app.domain.network.serving import ServedModel
from app.language import paragraph, tr
from app.serving.answers import Answers
from app.serving.refusals import RefusedError, wire_error
from app.serving.replies import AnswerFrame, model_object
from app.serving.requests import Wanted, chat_request, completion_request, read_json
from app.serving.sending import AnswerResponse, JsonResponse, Mailbox

MOST_BYTES = 1_048_576  # of a request
MOST_IGNORED = 256 * MOST_BYTES  # of one that is too large: read, so that its sender hears why
BODY_SECONDS = 30.0  # in which a request must have come
Read = Callable[[Mapping[str, Any]], Wanted]


def make_application(answers: Answers) -> ASGIApp:
    """The application, without its door."""
    return _Application(answers).app


class _Application:
    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._began = int(time.time())
        self.app = Starlette(
            routes=[
                Route("/health", self._health),
                Route("/v1/models", self._models),
                Route("/v1/models/{name:path}", self._model),
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/v1/completions", self._completion, methods=["POST"]),
            ],
            exception_handlers={
                KnownError: self._refused,
                HTTPException: self._not_found,
                ClientDisconnect: _gone,
            },
        )
        self.app.router.redirect_slashes = False  # a redirect would name whatever Host was sent

    # --- addresses ---------------------------------------------------------------------------

    async def _health(self, request: Request) -> Response:
        self._lent(request)
        self._listed(request)
        return JsonResponse({"status": "ok"})

    async def _models(self, request: Request) -> Response:
        self._listed(request)
        model = self._answers.model()
        data = [model_object(model, self._began)] if model is not None else []
        return JsonResponse({"object": "list", "data": data})

    async def _model(self, request: Request) -> Response:
        model, name = self._lent(request), request.path_params["name"]
        if name != model.id:
            self._answers.refuse(_client(request), _path(request))
            raise NotFoundError(
                tr("There is no model “{asked}” here.", asked=name),
                data="",
                action=tr("Ask for {name}.", name=model.id),
            )
        self._listed(request)
        return JsonResponse(model_object(model, self._began))

    async def _chat(self, request: Request) -> Response:
        return await self._answer(request, chat_request, chat=True)

    async def _completion(self, request: Request) -> Response:
        return await self._answer(request, completion_request, chat=False)

    # --- what they share ---------------------------------------------------------------------

    async def _answer(self, request: Request, read: Read, *, chat: bool) -> Response:
        wanted = await self._read(request, read)
        prompt = replace(
            wanted.prompt,
            owner=_owner(request),
            client=_client(request),
            path=request.url.path,
        )
        model, mailbox = self._lent(request), Mailbox()
        ticket = self._answers.ask(prompt, mailbox.put)
        reply = AnswerFrame(chat, model.id, int(time.time()), wanted.usage)
        # It is no Response of Starlette's, which calls whatever a handler returns all the same.
        return AnswerResponse(ticket, mailbox, reply, stream=not prompt.whole)  # type: ignore[return-value]

    async def _read(self, request: Request, read: Read) -> Wanted:
        """A request's body, read as ``read`` does; what is refused is listed."""
        try:
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise RefusedError(tr("The request must be sent as application/json."), status=415)
            return read(read_json(await _body(request)))
        except RefusedError:
            self._answers.refuse(_client(request), request.url.path)
            raise

    def _listed(self, request: Request) -> None:
        self._answers.answered(_client(request), _path(request))

    def _lent(self, request: Request) -> ServedModel:
        """The model; where there is none, the request is listed as refused.

        Raises:
            ModelNotLoadedError: None of this computer is chosen.
        """
        model = self._answers.model()
        if model is None:
            self._answers.refuse(_client(request), _path(request))
            raise ModelNotLoadedError(
                tr("No model of this computer is chosen."),
                action=tr("Choose a model in Phial."),
            )
        return model

    async def _refused(self, _request: Request, error: Exception) -> Response:
        assert isinstance(error, KnownError)  # noqa: S101  # what it is the handler of
        response = JsonResponse.of_error(wire_error(error))
        if isinstance(error, EngineBusyError):
            response.headers["retry-after"] = str(self._answers.wait_seconds())
        if isinstance(error, RefusedError) and error.status in {408, 413}:
            response.headers["connection"] = "close"
        return response

    async def _not_found(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        method, path = request.method, _path(request)
        self._answers.refuse(_client(request), path)
        what = tr("{method} {path} is not served here.", method=method, path=path)
        if not path.startswith("/v1/"):
            what = paragraph(what, tr("Addresses begin with {root}.", root="/v1"))
        response = JsonResponse.of_error(wire_error(RefusedError(what, status=error.status_code)))
        response.headers.update(error.headers or {})
        return response


async def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=499)  # nobody is there to read it


async def _body(request: Request) -> bytes:
    """The body.

    Raises:
        RefusedError: It is too large, or does not come.
    """
    body = bytearray()
    length = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                length += len(piece)
                if length <= MOST_BYTES:
                    body += piece
                elif length > MOST_IGNORED:
                    break
    except TimeoutError:
        raise RefusedError(tr("The request did not come to its end in time."), status=408) from None
    if length > MOST_BYTES:
        raise RefusedError(
            tr("The request is larger than {most} bytes.", most=MOST_BYTES), status=413
        )
    return bytes(body)


def _owner(request: Request) -> str:
    """Who may use what is worked out for a request: the client's own connection."""
    client = request.client
    return f"served {client.host} {client.port}" if client is not None else "served"  # not shown


def _client(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _path(request: Request) -> str:
    return request.url.path[:200]
