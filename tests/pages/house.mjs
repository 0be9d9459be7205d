// A deployment with simulated operators and accounts, a browser in front of it, and axe-core's judgement.

import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SLUSS_SHOTS;
export const PASSWORD = "korrekt häst batteri klammer";
// Generous: a busy machine is not a fault of the page.
const PATIENCE = 180_000;

let checks = 0;

export function check(holds, what) {
  checks += 1;
  if (!holds) throw new Error(what);
}

export const counted = () => checks;

export async function until(what, holds) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    if (await holds()) return;
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error(`did not come to pass: ${what}`);
}

const freePort = () =>
  new Promise((go) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => go(port));
    });
  });

export class House {
  // accounts: name -> roles. orders: bodies to hand in before anything is looked at; held: those that a person
  // stops before anybody works on them.
  static async open(program, config, { accounts, orders = [], held = [], environment = {} }) {
    const house = new House();
    house.work = mkdtempSync(join(tmpdir(), "sluss-pages-"));
    house.program = program;
    house.config = join(house.work, "config");
    const first = await freePort();
    house.sandbox = spawn(
      program,
      ["--config", config, "sandbox", "--port", String(first), "--pace-seconds", "1", "--write-config", house.config],
      { stdio: "ignore" },
    );
    await until("the simulated operators stand", () => existsSync(join(house.config, "sluss.toml")) && existsSync(join(house.config, "secrets")));
    const port = await freePort();
    house.at = `http://127.0.0.1:${port}`;
    house.environment = {
      ...process.env,
      SLUSS__HTTP__LISTEN: `127.0.0.1:${port}`,
      SLUSS__HTTP__STOP_PAUSE_SECONDS: "0",
      ...environment,
    };
    for (const [name, roles] of Object.entries(accounts)) {
      house.run(["account", "add", name, ...roles.flatMap((role) => ["--role", role])], `${PASSWORD}\n`);
    }
    if (orders.length > 0) house.run(["order", "submit", "-"], orders.map((one) => JSON.stringify(one)).join("\n"));
    for (const external of held) house.run(["case", "hold", house.case(external)]);
    house.serving = spawn(program, [...house.where(), "serve"], { stdio: "ignore", env: house.environment });
    await until("sluss serves", () => fetch(`${house.at}/health`).then((answer) => answer.ok, () => false));
    house.browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      headless: true,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"],
    });
    return house;
  }

  where() {
    return ["--config", this.config, "--state", join(this.work, "state")];
  }

  run(words, input = "") {
    const done = spawnSync(this.program, [...this.where(), ...words], { input, env: this.environment, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`sluss ${words.join(" ")}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  }

  // The id of the case that came in under a number.
  case(external) {
    const { cases } = JSON.parse(this.run(["--format", "json", "case", "list"]));
    return cases.find((one) => one.externalId === external).id;
  }

  // A browser of somebody's own. Whatever it asks of anybody but us fails the run.
  async visit({ as, language = "sv", theme = "light", width = 1280, script = true } = {}) {
    const context = await this.browser.newContext({
      locale: language === "sv" ? "sv-SE" : "en-GB",
      colorScheme: theme,
      viewport: { width, height: 900 },
      javaScriptEnabled: script,
    });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const strange = [];
    page.on("request", (request) => request.url().startsWith(this.at) || strange.push(request.url()));
    page.on("console", (line) => line.type() === "error" && strange.push(line.text()));
    page.on("pageerror", (error) => strange.push(String(error)));
    const visit = new Visit(this, page, strange, `${language}-${theme}-${width}`);
    if (as) await visit.signIn(as);
    return visit;
  }

  async close() {
    await this.browser?.close();
    for (const child of [this.serving, this.sandbox]) {
      if (!child || child.exitCode !== null) continue;
      const ended = new Promise((go) => child.once("exit", go));
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(this.work, { recursive: true, force: true });
  }
}

export class Visit {
  constructor(house, page, strange, name) {
    Object.assign(this, { house, page, strange, name });
  }

  async go(path) {
    return this.page.goto(this.house.at + path);
  }

  async signIn(name) {
    const at = `${this.house.at}/sign-in`;
    const signedIn = async () => {
      await this.go("/sign-in");
      await this.page.fill("#in-name", name);
      await this.page.fill("#in-password", PASSWORD);
      const told = this.page.waitForResponse((answer) => answer.url() === at && answer.request().method() === "POST");
      await this.page.click("form[action='/sign-in'] button");
      const answer = await told;
      if (answer.status() !== 429) return true;
      // So many tries a minute are let through for one name, and a machine that is quick makes more.
      await this.page.waitForLoadState();
      const seconds = Number(answer.headers()["retry-after"]);
      check(seconds >= 1 && seconds <= 60, `who has tried too often is told when to come back: ${seconds}`);
      await this.page.waitForTimeout(1_000 * seconds);
      this.strange.splice(0);
      return false;
    };
    while (!(await signedIn()));
    await this.page.waitForURL(`${this.house.at}/`);
  }

  // What axe-core finds wrong with the page as it stands: nothing.
  async judge(what) {
    await this.picture(what);
    // By the debugger's way in, which the page's own content policy does not bind.
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() => window.axe.run());
    const told = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(" | ")}`);
    check(violations.length === 0, `${what} (${this.name}):\n${told.join("\n")}`);
    await this.fits(what);
    await this.isSmall(what);
    this.calm(what);
  }

  // Nothing is cut off at the side.
  async fits(what) {
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(wide <= 0, `${what} (${this.name}): ${wide} pixels too wide`);
  }

  // What a browser that has seen nothing of ours loads for this page: itself, its style, script and icon.
  async isSmall(what) {
    const bytes = await this.page.evaluate(async () => {
      const parts = [...document.querySelectorAll("link[href], script[src]")].map((one) => one.href || one.src);
      const loaded = await Promise.all(parts.map(async (part) => (await (await fetch(part)).arrayBuffer()).byteLength));
      return new TextEncoder().encode(document.documentElement.outerHTML).length + loaded.reduce((sum, one) => sum + one, 0);
    });
    check(bytes < 60_000, `${what} (${this.name}): ${bytes} bytes`);
  }

  calm(what) {
    check(this.strange.length === 0, `${what} (${this.name}): ${this.strange.join("; ")}`);
  }

  async picture(what) {
    if (shots) await this.page.screenshot({ path: join(shots, `${what}-${this.name}.png`), fullPage: true });
  }

  async close() {
    await this.page.context().close();
  }
}
