"""Prism (npm) with TM Forum's own files in front of our door and as a listener for our notifications, and Schemathesis
(PyPI) on our own OpenAPI.

    python tmf.py SLUSS CONFIG NODE_MODULES SCHEMATHESIS

TM Forum's files are read in $SLUSS_REFERENCE/tmf (default: ../shared/reference/tmf); where they are not, Prism is left out
and says so.
"""

import collections
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

program, config, modules, schemathesis = sys.argv[1:5]
root = pathlib.Path(__file__).resolve().parents[2]
reference = pathlib.Path(os.environ.get("SLUSS_REFERENCE", root / "../shared/reference")) / "tmf"
FILES = {
    "serviceOrdering": "TMF641-ServiceOrdering-v4.1.0.swagger.json",
    "troubleTicket": "TMF621-TroubleTicket-v4.0.0.swagger.json",
}
running = []
tally = collections.Counter()


def fail(what):
    sys.exit(f"FAILED: {what}")


def port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(command, **more):
    running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more))


def reached(at, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", at), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    fail(f"nothing listens at port {at}")


def ask(method, url, token, body=None, kind="application/json"):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Authorization": f"Bearer {token}"}, method=method)
    if data is not None:
        request.add_header("Content-Type", kind)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, headers, text = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, headers, text = error.code, error.headers, error.read()
    return status, headers, json.loads(text) if text else None


def through(method, url, token, expected, body=None):
    """Through Prism: it passes on what the file allows, and turns what the file does not know into an error."""
    status, headers, told = ask(method, url, token, body)
    place = f"{method} {url}: {status} {json.dumps(told)[:600]}"
    if status != expected or "sl-violations" in headers or "stoplight" in json.dumps(told):
        fail(place)
    tally["requests through Prism"] += 1
    return told


def sluss(*arguments):
    command = [program, "--config", str(trial), "--state", str(state), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def prism(*arguments):
    at = port()
    start([f"{modules}/.bin/prism", *arguments, "-h", "127.0.0.1", "-p", str(at)])
    return at


def judge_with_prism(door, token):
    orders = [json.loads(line) for line in (root / "fixtures/tmf/orders.jsonl").read_text().splitlines()]
    tickets = [json.loads(line) for line in (root / "fixtures/tmf/tickets.jsonl").read_text().splitlines()]
    listeners, proxies = {}, {}
    for api, file in FILES.items():
        path = str(reference / file)
        listeners[api] = prism("mock", path)
        proxies[api] = prism("proxy", path, f"http://127.0.0.1:{door}/tmf-api/{api}/v4", "--errors")
    for at in [*listeners.values(), *proxies.values()]:
        reached(at)
    for api, events in {
        "serviceOrdering": ["ServiceOrderCreate", "ServiceOrderStateChange", "ServiceOrderAttributeValueChange",
                            "CancelServiceOrderCreate", "CancelServiceOrderStateChange"],
        "troubleTicket": ["TroubleTicketCreate", "TroubleTicketStatusChange", "TroubleTicketResolved",
                          "TroubleTicketAttributeValueChange"],
    }.items():
        for event in events:
            name = event[0].lower() + event[1:]
            body = {"callback": f"http://127.0.0.1:{listeners[api]}/listener/{name}Event",
                    "query": f"eventType={event}Event"}
            through("POST", f"http://127.0.0.1:{proxies[api]}/hub", token, 201, body)
    kinds = [("serviceOrdering", "serviceOrder", orders, "state"), ("troubleTicket", "troubleTicket", tickets, "status")]
    for api, kind, bodies, state in kinds:
        url = f"http://127.0.0.1:{proxies[api]}/{kind}"
        made = []
        for body in bodies:
            # What names an operator that this trial does not have is refused: a 400 that the file knows, too.
            known = {"globalconnect", "ip-only"} & {party["id"] for party in body.get("relatedParty", [])}
            told = through("POST", url, token, 201 if known else 400, body)
            made.append(told.get("id"))
        made = [one for one in made if one]
        for query in ["", "?limit=2", "?offset=1&limit=1", "?fields=id,href", f"?{state}=held", f'?{state}="acknowledged"']:
            through("GET", url + query.replace('"', "%22"), token, 200)
        through("GET", url + "?priority=1", token, 400)
        for one in made:
            through("GET", f"{url}/{one}?fields={state}", token, 200)
        through("GET", f"{url}/00000000000000000000000000000000", token, 404)
        through("DELETE", f"{url}/{made[0]}", token, 405)
        note = {"note": [{"text": "Fler uppgifter kommer."}]}
        through("PATCH", f"{url}/{made[0]}", token, 200, note)
        if kind == "serviceOrder":
            url = f"http://127.0.0.1:{proxies[api]}/cancelServiceOrder"
            later = dict(orders[0], externalId="JUDGE-1", requestedStartDate="2099-12-01T00:00:00Z")
            status, _, order = ask("POST", f"http://127.0.0.1:{door}/tmf-api/{api}/v4/serviceOrder", token, later)
            task = {"cancellationReason": "flyttar inte", "serviceOrder": {"id": order["id"]}}
            status, headers, told = ask("POST", url, token, task)
            if status not in (201, 409) or "sl-violations" in headers:
                fail(f"POST {url}: {status} {told}")
            tally["requests through Prism"] += 1
            through("GET", url, token, 200)
    # A listener that does not find what its file says answers with an error, and the event goes on waiting.
    until = time.monotonic() + 60
    while True:
        told = json.loads(sluss("--format", "json", "notify", "list"))
        waiting = sum(one["waiting"] + one["dead"] for one in told["registrations"])
        events = {one["query"]: one["sequence"] for one in told["registrations"]}
        some = events["eventType=ServiceOrderStateChangeEvent"] and events["eventType=TroubleTicketResolvedEvent"]
        if some and not waiting:
            break
        if time.monotonic() > until:
            fail(f"not taken by the listener: {json.dumps(told)[:2000]}")
        time.sleep(0.5)
    tally["notifications taken by Prism"] = sum(events.values())


def judge_with_schemathesis(door, token):
    # What no schema can say (a personnummer in an id, an operator that is configured, which host may be called) is
    # refused with 400 although the schema is kept: that one check is left out.
    command = [schemathesis, "--config-file", str(root / "tests/outside/tmf/schemathesis.toml"), "run", f"http://127.0.0.1:{door}/openapi.json", "--url", f"http://127.0.0.1:{door}",
               "--phases", "examples,fuzzing", "--max-examples", "8", "--seed", "1", "--workers", "1",
               "--header", f"Authorization: Bearer {token}", "--include-path-regex", "^/tmf-api/",
               "--exclude-checks", "positive_data_acceptance", "--request-timeout", "20", "--no-color"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=trial)
    summary = [line for line in done.stdout.splitlines() if "generated" in line or "passed" in line or "Operations" in line]
    if done.returncode != 0:
        fail("Schemathesis:\n" + done.stdout[-6000:] + done.stderr[-2000:])
    for line in summary:
        print("Schemathesis:", line.strip())
    tally["runs of Schemathesis without failure"] += 1


with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
    folder = pathlib.Path(folder)
    trial, state, door, operators = folder / "trial", folder / "state", port(), port()
    environment = dict(os.environ, SLUSS__HTTP__LISTEN=f"127.0.0.1:{door}", SLUSS__NOTIFY__ALLOW_HTTP_LOOPBACK="true")
    try:
        start([program, "--config", config, "sandbox", "--port", str(operators), "--pace-seconds", "1",
               "--write-config", str(trial)], cwd=root)
        until = time.monotonic() + 30
        while not (trial / "secrets").exists() or len(list((trial / "secrets").iterdir())) < 2:
            if time.monotonic() > until:
                fail("the sandbox wrote no configuration")
            time.sleep(0.1)
        time.sleep(0.5)
        token = sluss("token", "create", "--name", "judge", "--role", "ordering").split()[-1]
        start([program, "--config", str(trial), "--state", str(state), "serve"], env=environment)
        reached(door)
        if all((reference / file).exists() for file in FILES.values()):
            judge_with_prism(door, token)
        else:
            print("LEFT OUT: TM Forum's files are not there, so Prism has nothing to judge by; set SLUSS_REFERENCE")
        judge_with_schemathesis(door, token)
    finally:
        for one in reversed(running):
            one.send_signal(signal.SIGTERM)
        for one in running:
            try:
                one.wait(20)
            except subprocess.TimeoutExpired:
                one.kill()
for what, count in tally.items():
    print(f"TM Forum: {count} {what}")
