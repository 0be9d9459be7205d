"""A real OpenID provider (npm's oidc-provider) in front of our door: a person signs in, a system hands in with access
tokens, and keys turn.

    python sign_in.py SLUSS CONFIG NODE_FOLDER
"""

import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

ORDERS = "/tmf-api/serviceOrdering/v4/serviceOrder"
checks = 0


def check(holds, what):
    global checks
    checks += 1
    if not holds:
        sys.exit(f"FAILED: {what}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def ask(method, url, headers=None, body=None):
    """Status, headers and text; nothing is followed."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(method, path or "/", body, headers or {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


class Browser:
    """Cookies of each place, and forms. Loopback addresses count as safe, as in browsers."""

    def __init__(self):
        self.cookies = {}

    def go(self, url, method="GET", form=None):
        for _ in range(20):
            place = urllib.parse.urlsplit(url).netloc
            mine = self.cookies.setdefault(place, {})
            headers = {"Accept": "text/html", "Cookie": "; ".join(f"{k}={v}" for k, v in mine.items())}
            body = None
            if form is not None:
                body = urllib.parse.urlencode(form)
                headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{place}"}
            status, told, text = ask(method, url, headers, body)
            for cookie in told.get_all("Set-Cookie") or []:
                name, value = cookie.split(";")[0].split("=", 1)
                mine[name] = value
                if not value or "Max-Age=0" in cookie or "expires=Thu, 01 Jan 1970" in cookie.lower():
                    mine.pop(name)
            if status not in (301, 302, 303, 307):
                return url, status, text
            url, method, form = urllib.parse.urljoin(url, told["Location"]), "GET", None
        sys.exit("FAILED: redirects without end")

    def submit(self, url, page, **fields):
        action = re.search(r'<form[^>]*action="([^"]+)"', page).group(1)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        return self.go(urllib.parse.urljoin(url, action), "POST", hidden | fields)

    def sign_in(self, sluss, name):
        url, status, page = self.go(f"{sluss}/sign-in/provider")
        check(status == 200 and "/interaction/" in url, f"{url} is the provider's page")
        url, status, page = self.submit(url, page, login=name, password="whatever")
        if "/interaction/" in url:
            url, status, page = self.submit(url, page)
        return url, status, page


def until(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"FAILED: {what}")
        time.sleep(0.2)


def is_up(url):
    try:
        return ask("GET", url)[0] == 200
    except OSError:
        return False


def token(issuer, resource=None):
    secret = base64.b64encode(b"orders:" + urllib.parse.quote_plus("a secret of the orders").encode()).decode()
    form = {"grant_type": "client_credentials"} | ({"resource": resource} if resource else {})
    headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/x-www-form-urlencoded"}
    status, _, text = ask("POST", f"{issuer}/token", headers, urllib.parse.urlencode(form))
    check(status == 200, f"the provider gives an access token: {text}")
    return json.loads(text)["access_token"]


def main():
    program, config, node_folder = sys.argv[1:4]
    work = pathlib.Path(tempfile.mkdtemp())
    ours, theirs = free_port(), free_port()
    sluss, issuer = f"http://127.0.0.1:{ours}", f"http://127.0.0.1:{theirs}"
    shutil.copytree(config, work / "config")
    (work / "config/secrets").mkdir(exist_ok=True)
    secret = work / "config/secrets/oidc"
    secret.write_text("a secret: of +the& web\n")
    secret.chmod(0o600)
    environment = os.environ | {
        "SLUSS__HTTP__LISTEN": f"127.0.0.1:{ours}",
        "SLUSS__HTTP__STOP_PAUSE_SECONDS": "0",
        "SLUSS__OAUTH__ISSUER": issuer,
        "SLUSS__OIDC__ISSUER": issuer,
        "SLUSS__OIDC__CLIENT_ID": "sluss-web",
        "SLUSS__OIDC__CLIENT_SECRET_FILE": "secrets/oidc",
        "SLUSS__OIDC__PUBLIC_URL": f"{sluss}/",
    }
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    provider = subprocess.Popen(
        ["node", "provider.mjs", str(theirs), f"{sluss}/sign-in/callback"], cwd=node_folder, **quiet)
    serving = subprocess.Popen(
        [program, "--config", work / "config", "--state", work / "state", "serve", "--no-worker"],
        env=environment, **quiet)
    try:
        until("the provider starts", lambda: is_up(f"{issuer}/.well-known/openid-configuration"))
        until("sluss starts", lambda: is_up(f"{sluss}/health"))
        people(sluss)
        systems(sluss, issuer, provider)
    finally:
        for process in (serving, provider):
            process.terminate()
            process.wait(timeout=20)
        shutil.rmtree(work)
    check(serving.returncode == 0, "sluss ends well")
    print(f"oidc-provider: {checks} checks of people who sign in, access tokens, and keys that turn")


def people(sluss):
    browser = Browser()
    url, status, page = browser.go(f"{sluss}/")
    check(url.endswith("/sign-in") and "/sign-in/provider" in page, "a stranger is shown where to sign in")
    url, status, page = browser.sign_in(sluss, "tolvan")
    check(url == f"{sluss}/" and status == 200, f"back and signed in: {url} {status}")
    check("tolvan" in page and "granskning" in page, "with the name and role that the provider tells")
    check(browser.go(f"{sluss}/metrics")[1] == 200, "the role may read metrics")
    check(browser.go(f"{sluss}{ORDERS}")[1] == 403, "and not orders")
    url, status, page = browser.submit(f"{sluss}/", page)
    check(url.endswith("/sign-in"), "signed out")
    check(browser.go(f"{sluss}/")[0].endswith("/sign-in"), "and not in any more")
    nobody = Browser()
    url, status, page = nobody.sign_in(sluss, "nobody")
    check(status == 403 and "ingen roll" in page, "whoever has no role is told so")


def systems(sluss, issuer, provider):
    def status(bearer):
        return ask("GET", sluss + ORDERS, {"Authorization": f"Bearer {bearer}"})[0]

    first = token(issuer)
    check(status(first) == 200, "an access token is taken")
    check(status(token(issuer, "urn:another")) == 401, "one for another audience is not")
    header, body, signature = first.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    for forged in (f"{none}.{body}.", f"{none}.{body}.{signature}", f"{header}.{body}.", f"{header}.{body}.AAAA"):
        check(status(forged) == 401, "a forged one is not")

    provider.send_signal(signal.SIGHUP)
    until("the provider has other keys", lambda: kid(token(issuer)) != kid(first))
    second = token(issuer)
    # The issuer is asked for its keys twice a minute at most.
    until("a key that is new is fetched", lambda: status(second) == 200)
    check(status(first) == 401, "a key that was withdrawn counts no more")


def kid(bearer):
    header = bearer.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]


main()
