// The web console as people meet it: links, rights, every page, a daemon that dies.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { browserOf, call, launch, limit, link, linkOfNobody, origin, request, rsm, rsmJson, rsmLines, show, signedIn, stage, startDaemon, until } from "./console.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pageNames = ["library", "queue", "people", "media", "history", "health"];
const linkLifeMs = 60_000;
let browser, late, lateSince;

before(async () => {
  browser = await launch();
  late = link();
  lateSince = Date.now();
});
after(() => browser?.close());

const clean = async (context, page) => {
  assert.deepEqual(context.faults, []);
  assert.deepEqual(context.elsewhere, [], "requests to other hosts");
  assert.deepEqual(await page.evaluate(() => window.violations), [], "the content security policy");
};

test("a link is good once, and for one browser", async () => {
  const once = link();
  const { context, page } = await signedIn(browser, {}, once);
  assert.equal(await page.evaluate(() => location.href), `${origin}/`, "the secret is in the address no longer");
  assert.equal(await page.evaluate(() => history.length > 3), false, "nor in the browser's history");
  const [cookie] = await context.cookies();
  assert.match(cookie.name, /^rsm-web-[0-9a-f]{8}$/);
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, "Strict");
  const other = await browserOf(browser);
  const second = await other.newPage();
  await second.goto(once);
  await second.waitForSelector(".sign-in [role=alert]");
  await second.goto(origin);
  await second.waitForSelector("text=rsm web login");
  assert.equal((await call(second, "metrics.read")).status, 401);
  await page.reload();
  await page.waitForSelector(".picture .box");
  await clean(context, page);
  await context.close();
  await other.close();
});

test("host, origin, content type and cookie, each wrong once", async () => {
  const { context, page } = await signedIn(browser);
  const [cookie] = await context.cookies();
  const host = new URL(origin).host;
  const right = { Host: host, Origin: origin, "Content-Type": "application/json", "X-RSM": "1", Cookie: `${cookie.name}=${cookie.value}` };
  const asks = async (changed, path = "/api/call") => (await request(path, { headers: { ...right, ...changed }, body: '{"method":"metrics.read","params":{}}' })).status;
  assert.equal(await asks({}), 200);
  assert.equal(await asks({ Host: "evil.example" }), 421);
  assert.equal(await asks({ Origin: "http://evil.example" }), 403);
  assert.equal(await asks({ Origin: origin + "0" }), 403);
  assert.equal(await asks({ "Content-Type": "text/plain" }), 415);
  assert.equal(await asks({ Cookie: `${cookie.name}=00112233445566778899aabbccddeeff` }), 401);
  assert.equal(await asks({ "X-RSM": "0" }), 403);
  assert.equal((await request("/", { method: "GET", headers: { Host: "evil.example" } })).status, 421);
  assert.equal((await request("/api/call", { method: "GET", headers: right })).status, 405);
  assert.equal((await request("/api/me?token=1", { method: "GET", headers: right })).status, 200);
  assert.equal((await request("/api/call", { headers: right, body: " ".repeat(70_000) })).status, 413);
  const upgrade = { ...right, Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==" };
  const opens = async (changed) => (await request("/api/live", { method: "GET", headers: { ...upgrade, ...changed } })).status;
  assert.equal(await opens({}), 101);
  assert.equal(await opens({ Host: "evil.example" }), 421);
  assert.equal(await opens({ Origin: "http://evil.example" }), 403);
  assert.equal(await opens({ Cookie: "" }), 401);
  const got = await request("/", { method: "GET", headers: { Host: host } });
  for (const [name, value] of [["content-security-policy", /default-src 'none'.*frame-ancestors 'none'.*require-trusted-types-for 'script'/], ["x-content-type-options", /nosniff/], ["referrer-policy", /no-referrer/], ["cross-origin-opener-policy", /same-origin/], ["cross-origin-resource-policy", /same-origin/]])
    assert.match(got.headers[name] ?? "", value, name);
  assert.equal((await call(page, "session.close")).status, 404, "a call that no page may make");
  await context.close();
});

test("a mount is seen as it happens, on every tab", async () => {
  const { context, page } = await signedIn(browser);
  const tabs = [page];
  while (tabs.length < 8) {
    tabs.push(await context.newPage());
    await tabs.at(-1).goto(origin);
  }
  for (const tab of tabs) await tab.waitForSelector(".picture .box");
  const ninth = await context.cookies().then(([c]) => request("/api/live", { method: "GET", headers: { Origin: origin, Cookie: `${c.name}=${c.value}`, Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==" } }));
  assert.equal(ninth.status, 429);
  await page.evaluate(() => {
    window.armed = [];
    new MutationObserver(() => {
      const state = document.querySelector("[data-arm]")?.dataset.arm;
      if (state !== window.armed.at(-1)?.state) window.armed.push({ state, time: Date.now() });
    }).observe(document.body, { subtree: true, attributes: true, childList: true });
  });
  rsm("media", "mount", "A00001:0");
  for (const tab of tabs) await tab.waitForSelector(".box.drive.loaded:has-text('A00001')");
  await page.waitForSelector("[data-arm=idle]");
  const armed = await page.evaluate(() => window.armed);
  assert.equal(armed.some(({ state }) => state === "moving"), true, "the arm was seen to move");
  // The newest end of a move, as the service says it, and as it was drawn.
  const end = rsmLines("events").filter((e) => e.type === "changer" && e.state === "idle").at(-1);
  console.log(`    the arm was drawn at rest ${armed.at(-1).time - end.time} ms after its event`);
  await page.waitForSelector(".box.is-out[aria-label*='home of A00001']");
  await clean(context, page);
  await context.close();
  rsm("media", "dismount", "A00001:0", "--wait");
});

test("a cartridge is found, mounted and dismounted in the page", async () => {
  const { context, page } = await signedIn(browser);
  await show(page, "media");
  await page.fill("input[type=search]", "a0");
  await page.waitForSelector("text=From the third letter on");
  await page.fill("input[type=search]", "a0000");
  await page.click("td button:has-text('A00002')");
  await page.waitForSelector(".drawer h2:has-text('A00002')");
  await page.click(".drawer button:has-text('Mount')");
  await page.waitForSelector(".drawer button:has-text('Dismount')");
  await until("A00002 is loaded", () => rsmJson("media", "show", "A00002").state === "loaded");
  await page.waitForSelector(".drawer dd:has-text('loaded')");
  await page.click(".drawer button:has-text('Dismount')");
  await page.waitForSelector("dialog[open]");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "No", "no is the default");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog", { state: "detached" });
  assert.equal(rsmJson("media", "show", "A00002").state, "loaded", "nothing was asked for");
  await page.click(".drawer button:has-text('Dismount')");
  await page.click("dialog button:has-text('Yes')");
  await until("A00002 is at home", () => rsmJson("media", "show", "A00002").state === "idle");
  const told = rsmJson("request", "list", "--limit", "20").find((r) => r.operation === "dismount" && r.medium_name === "A00002");
  assert.equal(told.user, rsmJson("request", "list", "--limit", "1")[0].user, "the service knows who it was");
  await page.check("input[type=checkbox]");
  await page.fill("input[type=search]", "0003");
  await page.waitForSelector("td button:has-text('A00003')");
  await clean(context, page);
  await context.close();
});

test("with the keyboard alone from the link to Done", async () => {
  rsm("opreq", "submit", "message", "--message", "turn the key of the cupboard");
  const { context, page } = await signedIn(browser);
  const tabTo = async (text) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate(() => document.activeElement?.textContent ?? "")).startsWith(text)) return;
    }
    throw new Error(`no way leads to ${text}`);
  };
  await tabTo("People");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".cards li:has-text('turn the key')");
  await tabTo("Done");
  await page.keyboard.press("Enter");
  await until("the request is answered", () => rsmJson("opreq", "list").every((o) => o.message !== "turn the key of the cupboard" || o.state === "complete"));
  await page.waitForSelector(".cards li:has-text('turn the key')", { state: "detached" });
  await show(page, "library");
  await page.focus(".slots .box[tabindex='0']");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^Slot 23: /);
  assert.equal(await page.evaluate(() => document.querySelectorAll(".slots .box[tabindex='0']").length), 1, "one stop for all slots");
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".drawer h2");
  await page.keyboard.press("Escape");
  await page.waitForSelector(".drawer", { state: "detached" });
  await clean(context, page);
  await context.close();
});

test("a link that can only look, and an account without rights", async () => {
  rsm("opreq", "submit", "message", "--message", "for administrators only");
  const asked = rsmJson("opreq", "list").find((o) => o.message === "for administrators only");
  const refused = async (by) => {
    const { context, page } = await signedIn(browser, {}, by);
    await show(page, "people");
    await page.waitForSelector(".cards li:has-text('for administrators only')");
    assert.equal(await page.locator(".cards button:has-text('Done')").count(), 0);
    assert.equal(await page.locator(".cards button:has-text('Refuse')").count(), 0);
    const answer = await call(page, "opreq.satisfy", { id: asked.id });
    assert.equal(answer.error?.code, 5, JSON.stringify(answer));
    await context.close();
  };
  await refused(link("--view", "--for", "30d"));
  if (stage.root) await refused(linkOfNobody());
  assert.notEqual(rsmJson("opreq", "list").find((o) => o.id === asked.id).state, "complete");
  rsm("opreq", "refuse", asked.id);
});

test("every page, light and dark, wide and narrow, for everybody", async () => {
  rsm("opreq", "submit", "message", "--message", "look at the pictures");
  // All drives are held by somebody, and two more wait.
  const holder = await signedIn(browser);
  for (const n of [4, 5, 6, 7, 8]) {
    const medium = rsmJson("media", "show", `A0000${n}`);
    const answer = await call(holder.page, "mount.submit", { key: `picture${n}`, media: [medium.sides[0].id] });
    assert.ok(answer.result, JSON.stringify(answer));
  }
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 360]) {
      const { context, page } = await signedIn(browser, { viewport: { width, height: 800 }, colorScheme });
      for (const name of pageNames) {
        await show(page, name);
        if (name === "media") {
          await page.fill("input[type=search]", "A000");
          await page.click("td button:has-text('A00004')");
          await page.waitForSelector(".drawer time");
        }
        if (name === "queue") {
          assert.match(await page.textContent("tbody td code"), /^[1-9][0-9]*$/, "a request is called by its number");
          await page.click("td button:has-text('Explain') >> nth=0");
          await page.waitForSelector(".drawer time, .drawer p");
        }
        if (name === "library") {
          await page.click(".box.drive >> nth=0");
          await page.waitForSelector(".drawer h3");
        }
        if (name === "history") await page.waitForSelector(".bar svg");
        if (name === "health") await page.waitForSelector("caption");
        await page.screenshot({ path: `${stage.shots}/${name}-${colorScheme}-${width}.png` });
        if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
        const found = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] }));
        assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`), [], `${name}, ${colorScheme}, ${width}`);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), true, `${name} at ${width} has to be pushed sideways`);
      }
      await clean(context, page);
      await context.close();
    }
  }
  rsm("opreq", "satisfy", rsmJson("opreq", "list").find((o) => o.message === "look at the pictures").id);
  for (const r of rsmJson("request", "list", "--open")) if (r.operation === "mount") await call(holder.page, "request.cancel", { request: r.id });
  await holder.context.close();
});

test("the history as a table and as a file", async () => {
  const { context, page } = await signedIn(browser);
  await show(page, "history");
  await page.click("button:has-text('As a table')");
  await page.waitForSelector("td:has-text('A00001')");
  const [saved] = await Promise.all([page.waitForEvent("download"), page.click("button:has-text('CSV')")]);
  const lines = readFileSync(await saved.path(), "utf8").trim().split("\r\n");
  assert.match(lines[0], /^number,time,kind,/);
  assert.equal(lines.some((line) => line.includes("mounted") && line.includes("A00001")), true);
  await clean(context, page);
  await context.close();
});

test("old news say so, and come back", async () => {
  const { context, page } = await signedIn(browser);
  process.kill(stage.daemon, "SIGKILL");
  await page.waitForSelector(".old-news:has-text('no news since')");
  await show(page, "people");
  await page.waitForSelector(".old");
  const daemon = startDaemon();
  await page.waitForSelector(".old", { state: "detached" });
  await page.waitForSelector(".old-news:has-text('rsm web login')");
  assert.match((await call(page, "opreq.refuse", { id: "00000000-0000-0000-0000-000000000000" })).error.detail, /rsm web login/);
  assert.ok((await call(page, "metrics.read")).result.ready !== undefined, "looking goes on");
  await until("the service is ready", () => rsmJson("status").ready);
  await page.goto(link());
  await page.reload();
  await page.waitForSelector(".picture .box");
  assert.equal(await page.locator(".old-news").count(), 0);
  assert.equal(context.faults.length, 0, context.faults.join());
  await context.close();
  daemon.unref();
});

test("logging out ends it, here and from the command line", async () => {
  const { context, page } = await signedIn(browser);
  await page.click("button:has-text('Log out')");
  await page.waitForSelector(".sign-in");
  assert.equal((await call(page, "metrics.read")).status, 401);
  await context.close();
  const other = await signedIn(browser);
  assert.match(rsm("web", "logout", "--login-socket", stage.login), /^\d+ sessions? ha(s|ve) ended$/m);
  await other.page.waitForSelector(".sign-in");  // without being asked: what it looked at is closed
  await other.context.close();
});

test("a console of one's own", async () => {
  const own = spawn(stage.rsm, ["web", "--no-browser"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((go) => own.on("exit", (code) => go(code)));
  const by = await new Promise((go) => own.stdout.once("data", (text) => go(String(text).trim())));
  assert.match(by, /^http:\/\/127\.0\.0\.1:\d+\/#t=[0-9a-f]{32}$/);
  assert.notEqual(new URL(by).origin, origin);
  const context = await browser.newContext();
  context.setDefaultTimeout(limit);
  const page = await context.newPage();
  await page.goto(by);
  await page.waitForSelector(".picture .box");
  await page.goto(link());  // two consoles with one browser
  await page.waitForSelector(".picture .box");
  await page.goto(new URL(by).origin);
  await page.waitForSelector(".picture .box");
  assert.equal((await context.cookies()).length, 2);
  own.kill("SIGINT");
  assert.equal(await ended, 0);
  await context.close();
});

test("a link that is too old", { timeout: linkLifeMs + limit }, async () => {
  await new Promise((go) => setTimeout(go, Math.max(0, lateSince + linkLifeMs + 1000 - Date.now())));
  const context = await browserOf(browser);
  const page = await context.newPage();
  await page.goto(late);
  await page.waitForSelector(".sign-in [role=alert]");
  await context.close();
});
