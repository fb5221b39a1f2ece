"""The rehearsal issuer over HTTP: discovery, keys, login with a page, tokens, and who logged in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from btb.actors import Scope
from datasources.rehearsal import Town
from datasources.rehearsal.registers import NobodyThere
from server.rehearsal_issuer.clients import CLIENTS, DEMO_CLIENT
from server.rehearsal_issuer.grants import Assertions, Codes, is_challenge, may_return_to
from server.rehearsal_issuer.minting import LEVELS, USUAL_LIFE, RehearsalIssuer
from server.rehearsal_issuer.page import choice_page, refusal_page
from server.rehearsal_issuer.visitors import LoggedIn
from server.token_checks import Unauthenticated

_NO_STORE: Final = {"cache-control": "no-store", "pragma": "no-cache"}
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LARGEST_FORM: Final = 32 * 1024
_CARRIED: Final = (
    *("response_type", "client_id", "redirect_uri", "scope", "state"),
    *("nonce", "code_challenge", "code_challenge_method"),
)


def rehearsal_issuer_app(issuer: RehearsalIssuer, town: Town, now: Callable[[], datetime]) -> Starlette:
    """The provider, to be mounted at the path of the issuer's URL."""
    return _Provider(issuer, town, now).app()


class _OAuthError(Exception):
    """A refusal of the token endpoint (RFC 6749 5.2)."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


class _Provider:
    """One provider, with the codes and assertions it remembers."""

    def __init__(self, issuer: RehearsalIssuer, town: Town, now: Callable[[], datetime]) -> None:
        self._issuer, self._town = issuer, town
        self._codes = Codes(now)
        self._assertions = Assertions(issuer.keys, frozenset({issuer.url, f"{issuer.url}/token"}), now)
        self._logged_in = LoggedIn(issuer, town, now)

    def app(self) -> Starlette:
        """The routes."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/jwks", self.jwks),
                Route("/authorize", self.authorize, methods=["GET", "POST"]),
                Route("/token", self.token, methods=["POST"]),
                Route("/userinfo", self.userinfo, methods=["GET", "POST"]),
            ]
        )

    async def discovery(self, request: Request) -> Response:
        """OpenID Connect Discovery 1.0."""
        url = self._issuer.url
        return JSONResponse(
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "userinfo_endpoint": f"{url}/userinfo",
                "jwks_uri": f"{url}/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256", "RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
                "acr_values_supported": list(LEVELS.values()),
                "scopes_supported": ["openid", "profile", "egovnrn", *(scope.value for scope in Scope)],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def jwks(self, request: Request) -> Response:
        """The public keys."""
        return JSONResponse(self._issuer.keys.public(), headers={"cache-control": "max-age=300"})

    async def authorize(self, request: Request) -> Response:
        """The page (GET), and back to the client with a code (POST)."""
        try:
            form = await _form(request) if request.method == "POST" else {}
        except _OAuthError as refused:
            return _html(refusal_page("The form cannot be read."), refused.status)
        asked = {name: text for name, text in (form or request.query_params).items() if name in _CARRIED}
        redirect_uri = asked.get("redirect_uri")
        if redirect_uri is None or not may_return_to(redirect_uri, asked.get("client_id"), self._issuer.url):
            return _html(refusal_page(f"The client must be {DEMO_CLIENT}, and its redirect_uri on this machine."), 400)
        if asked.get("response_type") != "code":
            return self._back(redirect_uri, asked, error="unsupported_response_type")
        if asked.get("code_challenge_method") != "S256" or not is_challenge(asked.get("code_challenge")):
            return self._back(redirect_uri, asked, error="invalid_request")
        if request.method == "GET":
            return _html(choice_page(self._town.persons, asked), form_target=redirect_uri)
        level = form.get("level", "")
        handle = self._handle(form.get("person", ""))
        if handle is None or level not in map(str, LEVELS):
            return self._back(redirect_uri, asked, error="access_denied")
        code = self._codes.give(redirect_uri, asked["code_challenge"], asked.get("nonce"), handle, int(level))
        return self._back(redirect_uri, asked, code=code)

    def _handle(self, said: str) -> str | None:
        try:
            return self._town.person(said).handle
        except NobodyThere:
            return None

    def _back(self, redirect_uri: str, asked: Mapping[str, str], **answer: str) -> Response:
        state = {"state": asked["state"]} if "state" in asked else {}
        query = urlencode({**answer, **state, "iss": self._issuer.url})
        joint = "&" if urlsplit(redirect_uri).query else "?"
        return RedirectResponse(f"{redirect_uri}{joint}{query}", status_code=303, headers=_NO_STORE)

    async def token(self, request: Request) -> Response:
        """Tokens for a code, or for a client that proves itself."""
        try:
            form = await _form(request)
            match form.get("grant_type"):
                case "authorization_code":
                    answer = self._for_code(form)
                case "client_credentials":
                    answer = self._for_client(form)
                case _:
                    raise _OAuthError("unsupported_grant_type")
        except _OAuthError as refused:
            return JSONResponse({"error": refused.error}, refused.status, headers=_NO_STORE)
        usual = {"token_type": "Bearer", "expires_in": int(USUAL_LIFE.total_seconds())}
        return JSONResponse({**answer, **usual}, headers=_NO_STORE)

    def _for_code(self, form: Mapping[str, str]) -> dict[str, Any]:
        if form.get("client_id") != DEMO_CLIENT:
            raise _OAuthError("invalid_client", 401)
        login = self._codes.take(form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", ""))
        if login is None:
            raise _OAuthError("invalid_grant")
        person = self._town.person(login.handle)
        claims = {
            "sub": self._issuer.subject(person.number),
            "aud": DEMO_CLIENT,
            "acr": LEVELS[login.level],
            **({"nonce": login.nonce} if login.nonce is not None else {}),
        }
        return {
            "access_token": self._issuer.token_for_person(person.number, login.level, client=DEMO_CLIENT),
            "id_token": self._issuer.sign(claims, USUAL_LIFE, kind="JWT"),
            "scope": "openid profile egovnrn",
        }

    def _for_client(self, form: Mapping[str, str]) -> dict[str, Any]:
        name = form.get("client_id", "")
        proven = form.get("client_assertion_type") == _ASSERTION
        if not proven or not self._assertions.client(name, form.get("client_assertion", "")):
            raise _OAuthError("invalid_client", 401)
        asked = form.get("scope")
        allowed = {scope.value: scope for scope in CLIENTS[name].scopes}
        wanted = list(allowed) if asked is None else asked.split()
        if not set(wanted) <= allowed.keys():
            raise _OAuthError("invalid_scope")
        opened = frozenset(allowed[scope] for scope in wanted)
        return {"access_token": self._issuer.token_for_client(name, scopes=opened), "scope": " ".join(sorted(wanted))}

    async def userinfo(self, request: Request) -> Response:
        """Who logged in, for the bearer of a citizen's token."""
        try:
            claims = await self._logged_in.claims(request.headers.getlist("authorization"))
        except Unauthenticated:
            return Response(status_code=401, headers={**_NO_STORE, "www-authenticate": 'Bearer error="invalid_token"'})
        return JSONResponse(claims, headers=_NO_STORE)


async def _form(request: Request) -> dict[str, str]:
    """An urlencoded form, small, with each field once. Raises _OAuthError."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > _LARGEST_FORM:
            raise _OAuthError("invalid_request", 413)
    try:
        pairs = parse_qsl(content.decode("utf-8"), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise _OAuthError("invalid_request") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise _OAuthError("invalid_request")
    return form


def _html(page: str, status: int = 200, *, form_target: str | None = None) -> Response:
    """A page that loads nothing, sits in no frame, and posts only here and on to the client."""
    origin = "" if form_target is None else "{0.scheme}://{0.netloc}".format(urlsplit(form_target))
    policy = f"default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {origin}; frame-ancestors 'none'"
    return HTMLResponse(page, status, headers={**_NO_STORE, "content-security-policy": policy})
