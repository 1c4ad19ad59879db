"""The same notes API with PyJWT."""

import os
from functools import cache, wraps

import jwt
import requests
from flask import Flask, abort, g, make_response, request

ISSUER = os.environ["ISSUER"]
AUDIENCE = os.environ["AUDIENCE"]
CLIENT = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])


@cache
def metadata():
    answer = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=5)
    answer.raise_for_status()
    return answer.json()


@cache
def keys():
    return jwt.PyJWKClient(metadata()["jwks_uri"], timeout=5)


def refuse(status, challenge):
    answer = make_response("", status)
    answer.headers["WWW-Authenticate"] = challenge
    abort(answer)


def verified(token):
    """Signature, issuer, audience and lifetime: all without asking the server."""
    decoded = jwt.decode_complete(
        token,
        keys().get_signing_key_from_jwt(token),
        algorithms=["RS256"],
        issuer=ISSUER,
        audience=AUDIENCE,
        options={"require": ["iss", "aud", "exp", "iat", "sub", "jti", "client_id"]},
    )
    # RFC 9068 §4: anything else that is signed by the same key is no access token.
    if decoded["header"].get("typ", "").lower() not in ("at+jwt", "application/at+jwt"):
        raise jwt.InvalidTokenError("not an access token")
    return decoded["payload"]


def stands(token):
    """Whether the server still honours a token, which it does not after a revocation."""
    answer = requests.post(
        metadata()["introspection_endpoint"], data={"token": token}, auth=CLIENT, timeout=5
    )
    answer.raise_for_status()
    return answer.json()["active"]


def requires(scope, *, ask=False):
    """Lets a request in that has a token with a scope; `ask` the server if it still stands."""

    def decorate(view):
        @wraps(view)
        def guarded(*args, **kwargs):
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer":
                refuse(401, "Bearer")
            try:
                g.token = verified(token)
            except jwt.PyJWKClientConnectionError:
                raise  # no fault of the token
            except (jwt.InvalidTokenError, jwt.PyJWKClientError):
                refuse(401, 'Bearer error="invalid_token"')
            if scope not in g.token.get("scope", "").split():
                refuse(403, f'Bearer error="insufficient_scope", scope="{scope}"')
            if ask and not stands(token):
                refuse(401, 'Bearer error="invalid_token"')
            return view(*args, **kwargs)

        return guarded

    return decorate


app = Flask(__name__)
notes = {}


@app.get("/notes")
@requires("notes:read")
def read_notes():
    return notes.get(g.token["sub"], [])


@app.post("/notes")
@requires("notes:write", ask=True)
def write_note():
    notes.setdefault(g.token["sub"], []).append(request.get_data(as_text=True))
    return "", 201
