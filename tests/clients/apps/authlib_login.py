"""A web application that signs people in with Authlib's client for Flask."""

import os
from urllib.parse import urlencode

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]

vidimus = OAuth(app).register(
    "vidimus",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={
        "scope": "openid profile email offline_access",
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": os.environ["METHOD"],
    },
)


@app.errorhandler(OAuthError)
def tell(error):
    return {"error": error.error}, 400


@app.get("/")
def home():
    return {"user": session.get("user")}


@app.get("/login")
def login():
    return vidimus.authorize_redirect(url_for("callback", _external=True))


@app.get("/callback")
def callback():
    # Redeems the code and verifies the ID token: signature, issuer, audience, nonce.
    session["token"] = token = vidimus.authorize_access_token()
    session["user"] = token["userinfo"]
    return redirect(url_for("home"))


@app.get("/userinfo")
def userinfo():
    return vidimus.userinfo(token=session["token"])


@app.get("/refresh")
def refresh():
    before = session["token"]
    session["token"] = vidimus.fetch_access_token(
        grant_type="refresh_token", refresh_token=before["refresh_token"]
    )
    return {"renewed": session["token"]["access_token"] != before["access_token"]}


@app.get("/logout")
def logout():
    token = session.pop("token")
    session.clear()
    metadata = vidimus.load_server_metadata()
    parameters = {
        "id_token_hint": token["id_token"],
        "post_logout_redirect_uri": url_for("home", _external=True),
    }
    return redirect(f"{metadata['end_session_endpoint']}?{urlencode(parameters)}")
