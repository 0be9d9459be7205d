// The little that pages are nicer with. Each of them works without it.
"use strict";

// What belongs to a tick is shown with it.
for (const tick of document.querySelectorAll("[data-opens]")) {
  const more = document.getElementById(tick.dataset.opens);
  const turn = () => {
    more.dataset.open = String(tick.checked);
    more.classList.toggle("shut", !tick.checked);
  };
  tick.addEventListener("change", turn);
  turn();
}

// What the operator would see, while it is being written.
const form = document.querySelector("[data-preview]");
if (form) {
  const seen = document.getElementById("seen");
  const findings = document.getElementById("findings");
  const said = document.getElementById("said");
  let waits;
  let asked = 0;
  const look = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        redirect: "error",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const pieces = new DOMParser().parseFromString(await answer.text(), "text/html").body.children;
      if (mine !== asked || pieces.length !== 2) return;
      // What somebody has opened, or is about to press, is left alone.
      const open = [...seen.querySelectorAll("details")].map((one) => one.open);
      if (seen.innerHTML !== pieces[0].innerHTML) {
        seen.replaceChildren(...pieces[0].childNodes);
        [...seen.querySelectorAll("details")].forEach((one, at) => (one.open = open[at] ?? false));
        said.textContent = said.dataset.changed;
      }
      if (!findings.contains(document.activeElement) && findings.innerHTML !== pieces[1].innerHTML) {
        findings.replaceChildren(...pieces[1].childNodes);
        said.textContent = findings.querySelector("h2")?.textContent ?? said.dataset.changed;
      }
    } catch {
      if (mine === asked) {
        said.textContent = said.dataset.lost;
        said.classList.remove("unseen");
      }
    }
  };
  form.addEventListener("input", () => {
    said.textContent = "";
    clearTimeout(waits);
    waits = setTimeout(look, 400);
  });
}

// How long something can still be taken back; then the page is as it is.
const until = [...document.querySelectorAll("[data-until]")];
if (until.length > 0) {
  const tick = () => {
    const left = until.map((one) => Math.ceil(Number(one.dataset.until) - Date.now() / 1000));
    until.forEach((one, at) => (one.textContent = left[at] > 0 ? one.dataset.words.replace("#", left[at]) : ""));
    // Not while somebody has written something: it would be lost.
    const written = [...document.querySelectorAll("textarea")].some((one) => one.value !== "");
    if (left.every((seconds) => seconds <= 0) && !written) location.reload();
    else setTimeout(tick, 1000);
  };
  tick();
} else {
  // What is under way is looked at again, unless somebody is writing.
  const live = document.querySelector("[data-refresh]");
  if (live) {
    let rounds = 0;
    const again = async () => {
      const answer = await fetch(location.href).catch(() => undefined);
      if (answer?.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("live");
        if (fresh && fresh.innerHTML !== live.innerHTML) live.replaceChildren(...fresh.childNodes);
        if (!fresh?.dataset.refresh) return;
      }
      if (++rounds < 40) setTimeout(again, 3000);
    };
    setTimeout(again, 3000);
  }
}
