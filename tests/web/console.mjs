// What the tests of the console share: the stage, links, browsers, questions.
import { chromium } from "playwright-core";
import { execFileSync, spawn } from "node:child_process";
import { openSync } from "node:fs";
import http from "node:http";

export const stage = JSON.parse(process.env.RSM_STAGE);
export const origin = stage.url.replace(/\/$/, "");
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
export const limit = 30_000;  // for anything that is waited for
const nobody = 65534;

export const rsm = (...words) => execFileSync(stage.rsm, words.map(String), { encoding: "utf8", timeout: limit });
export const rsmLines = (...words) => rsm(...words, "--json").trim().split("\n").map((line) => JSON.parse(line));
export const rsmJson = (...words) => JSON.parse(rsm(...words, "--json"));

// A link of whoever runs the test, or of an ordinary account.
export function link(...words) {
  return execFileSync(stage.rsm, ["web", "login", "--login-socket", stage.login, ...words], { encoding: "utf8", timeout: limit }).trim();
}
export function linkOfNobody() {
  const words = ["--reuid", nobody, "--regid", nobody, "--clear-groups", stage.rsm, "web", "login", "--login-socket", stage.login];
  return execFileSync("setpriv", words.map(String), { encoding: "utf8", timeout: limit }).trim();
}

export const launch = () => chromium.launch({ executablePath: stage.chromium, args: flags });

// A browser of its own, which keeps what its pages complain about.
export async function browserOf(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(limit);
  context.faults = [];
  context.elsewhere = [];
  context.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("blob:")) context.elsewhere.push(request.url());
  });
  context.on("page", (page) => {
    page.on("pageerror", (error) => context.faults.push(error.message));
    page.on("console", (message) => {
      // Whoever asks as nobody in particular is told so: that is no fault.
      if (message.type() === "error" && !/status of 401/.test(message.text()) && !/WebSocket/.test(message.text())) context.faults.push(message.text());
    });
  });
  await context.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
  });
  return context;
}

export async function signedIn(browser, options = {}, by = link()) {
  const context = await browserOf(browser, options);
  const page = await context.newPage();
  await page.goto(by);
  await page.waitForSelector(".picture .box");
  return { context, page };
}

export async function show(page, name) {
  await page.evaluate((hash) => { location.hash = hash; }, name);
  await page.waitForSelector(`nav a[aria-current="page"][href="#${name}"]`);
}

// What no browser would send.
export function request(path, { method = "POST", headers = {}, body = "" } = {}) {
  return new Promise((resolve, reject) => {
    const asked = http.request(origin + path, { method, headers, agent: false, timeout: limit }, (reply) => {
      let text = "";
      reply.setEncoding("utf8");
      reply.on("data", (part) => { text += part; });
      reply.on("end", () => resolve({ status: reply.statusCode, headers: reply.headers, text }));
    });
    asked.on("upgrade", (reply, socket) => {
      socket.destroy();
      resolve({ status: reply.statusCode, headers: reply.headers, text: "" });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

// Asks as the page does, with its cookie.
export const call = (page, method, params = {}) => page.evaluate(async ([m, p]) => {
  const reply = await fetch("/api/call", { method: "POST", headers: { "Content-Type": "application/json", "X-RSM": "1" }, body: JSON.stringify({ method: m, params: p }) });
  return { status: reply.status, ...(await reply.json()) };
}, [method, params]);

export async function until(what, holds) {
  const end = Date.now() + limit;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${limit / 1000} s: ${what}`);
    await new Promise((go) => setTimeout(go, 100));
  }
}

export function startDaemon() {
  const log = openSync(stage.log, "a");
  return spawn(stage.rsmd, ["--config", stage.config], { stdio: ["ignore", log, log] });
}
