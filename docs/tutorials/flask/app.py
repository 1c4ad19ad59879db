"""A notes API that takes access tokens from Vidimus, with Authlib."""

import os
import time
from functools import cache, lru_cache

import requests
from authlib.integrations.flask_oauth2 import ResourceProtector, current_token
from authlib.oauth2.rfc6750 import InvalidTokenError
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from flask import Flask, request

ISSUER = os.environ["ISSUER"]
AUDIENCE = os.environ["AUDIENCE"]
CLIENT = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])

JWKS_LIFE_SECONDS = 300


def get_json(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    return answer.json()


@cache
def metadata():
    return get_json(f"{ISSUER}/.well-known/openid-configuration")


@lru_cache(maxsize=1)
def jwks(_period):
    return get_json(metadata()["jwks_uri"])


class Signed(JWTBearerTokenValidator):
    """Signature, issuer, audience, lifetime and scope: all without asking the server."""

    def get_jwks(self):
        return jwks(time.time() // JWKS_LIFE_SECONDS)


class Standing(Signed):
    """The same, and asks the server whether the token has been revoked."""

    def authenticate_token(self, token_string):
        claims = super().authenticate_token(token_string)
        answer = requests.post(
            metadata()["introspection_endpoint"],
            data={"token": token_string},
            auth=CLIENT,
            timeout=5,
        )
        answer.raise_for_status()
        if not answer.json()["active"]:
            raise InvalidTokenError()
        return claims


def protect(validator):
    protector = ResourceProtector()
    protector.register_token_validator(validator(issuer=ISSUER, resource_server=AUDIENCE))
    return protector


signed = protect(Signed)
standing = protect(Standing)

app = Flask(__name__)
notes = {}


@app.get("/notes")
@signed("notes:read")
def read_notes():
    return notes.get(current_token["sub"], [])


@app.post("/notes")
@standing("notes:write")
def write_note():
    notes.setdefault(current_token["sub"], []).append(request.get_data(as_text=True))
    return "", 201
