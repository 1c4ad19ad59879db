"""Signs in once through the forms and writes down what the load needs: N refresh tokens, one access
token, the client's Authorization header and, if asked, codes that nobody has redeemed yet. The session
is kept in the same folder, so that a second call does not sign in again."""

import base64
import hashlib
import html
import json
import os
import re
import secrets
import sys
import urllib.error
import urllib.parse
import urllib.request

issuer, client_file, folder, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
code_count = int(sys.argv[5]) if len(sys.argv) > 5 else 0
client = json.load(open(client_file))
redirect = client["redirect_uris"][0]
basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
session = f"{folder}/session"
cookies = json.load(open(session)) if os.path.exists(session) else {}


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


opener = urllib.request.build_opener(Stay)


def send(url, form=None, headers=()):
    data = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(url, data, dict(headers))
    request.add_header("Cookie", "; ".join(f"{k}={v}" for k, v in cookies.items()))
    request.add_header("Sec-Fetch-Site", "same-origin")
    try:
        answer = opener.open(request)
    except urllib.error.HTTPError as error:
        answer = error
    for line in answer.headers.get_all("Set-Cookie") or []:
        name, value = line.split(";")[0].split("=", 1)
        cookies[name] = value
    return answer.headers.get("Location"), answer.read().decode()


def attribute(page, pattern):
    return html.unescape(re.search(pattern, page).group(1))


def code():
    verifier = secrets.token_urlsafe(32)
    digest = hashlib.sha256(verifier.encode()).digest()
    query = urllib.parse.urlencode({
        "response_type": "code", "client_id": client["client_id"], "redirect_uri": redirect,
        "scope": "openid email", "state": "s",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    })
    location, page = send(f"{issuer}/authorize?{query}")
    while not location.startswith(redirect):
        location, page = send(location)
        if location is None:
            location, page = send(attribute(page, r'<form[^>]*action="([^"]*)"'), {
                "csrf": attribute(page, r'name="csrf" value="([^"]*)"'),
                "username": "bench", "password": "correct-horse-battery",
            })
    return urllib.parse.parse_qs(urllib.parse.urlparse(location).query)["code"][0], verifier


refresh_tokens = []
for _ in range(count):
    value, verifier = code()
    _, body = send(f"{issuer}/token", {
        "grant_type": "authorization_code", "code": value, "redirect_uri": redirect,
        "code_verifier": verifier,
    }, {"Authorization": f"Basic {basic}"}.items())
    tokens = json.loads(body)
    refresh_tokens.append(tokens["refresh_token"])

codes = [" ".join(code()) for _ in range(code_count)]
for name, text in [("refresh", "\n".join(refresh_tokens)), ("access", tokens["access_token"]),
                   ("basic", basic), ("codes", "\n".join(codes)),
                   ("session", json.dumps(cookies))]:
    with open(f"{folder}/{name}", "w") as file:
        file.write(text + "\n")
