// Figures of the console, to be read by people: a search among many, an arm at real timing, fifty who look while much happens. Run by figures.py.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { launch, link, origin, rsmLines, show, signedIn, stage } from "./console.mjs";

const browser = await launch();
const what = process.env.RSM_FIGURE;
const seconds = Number(process.env.RSM_SECONDS ?? 20);
const pause = (ms) => new Promise((go) => setTimeout(go, ms));
const ticks = 100;
const used = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticks;
};
const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

if (what === "search") {
  const { page } = await signedIn(browser);
  await show(page, "media");
  for (const [text, anywhere] of [["A0999", false], ["99999", true], ["nothing like it", true]]) {
    await page.setChecked("input[type=checkbox]", anywhere);
    const times = [];
    for (let i = 0; i < 5; i++) {
      times.push(await page.evaluate(async ([t, a]) => {
        const begin = performance.now();
        const reply = await fetch("/api/call", { method: "POST", headers: { "Content-Type": "application/json", "X-RSM": "1" }, body: JSON.stringify({ method: "medium.search", params: { text: t, match: a ? "contains" : "prefix", limit: 50 } }) });
        const answer = await reply.json();
        return [Math.round(performance.now() - begin), answer.result.items.length, answer.result.partial];
      }, [text, anywhere]));
    }
    console.log(`search ${JSON.stringify(text)} ${anywhere ? "anywhere" : "at the beginning"}: ms, found, partial: ${JSON.stringify(times)}`);
  }
}

if (what === "arm") {
  const { page } = await signedIn(browser);
  await page.evaluate(() => {
    window.armed = [];
    new MutationObserver(() => {
      const state = document.querySelector("[data-arm]")?.dataset.arm;
      if (state !== window.armed.at(-1)?.state) window.armed.push({ state, time: Date.now() });
    }).observe(document.body, { subtree: true, attributes: true, childList: true });
  });
  await new Promise((done, failed) => execFile(stage.rsm, ["media", "mount", "A00001:0"], (error) => (error ? failed(error) : done())));
  await pause(1500);
  const armed = await page.evaluate(() => window.armed);
  const events = rsmLines("events").filter((e) => e.type === "changer").slice(-2);
  console.log(`arm: begins ${armed.find((a) => a.state === "moving").time - events[0].time} ms after its event, ends ${armed.at(-1).time - events[1].time} ms after its event, which took ${events[1].time - events[0].time} ms`);
}

if (what === "viewers") {
  const cookie = async () => {
    const secret = link("--view").split("#t=")[1];
    const reply = await fetch(`${origin}/api/login`, { method: "POST", headers: { Origin: origin, "Content-Type": "application/json", "X-RSM": "1" }, body: JSON.stringify({ token: secret }) });
    return reply.headers.get("set-cookie").split(";")[0];
  };
  const { page } = await signedIn(browser);
  const opened = [];
  for (let i = 0; i < 7; i++) opened.push(await cookie());
  const net = await import("node:net");
  let bytes = 0, tabs = 0;
  for (let i = 0; i < 49; i++) {
    const socket = net.connect(Number(new URL(origin).port), "127.0.0.1");
    socket.write(`GET /api/live HTTP/1.1\r\nHost: ${new URL(origin).host}\r\nOrigin: ${origin}\r\nCookie: ${opened[i % 7]}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`);
    socket.on("data", (part) => {
      if (bytes === 0 || !socket.told) {
        socket.told = true;
        tabs++;
        socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x7b, 0x7d]));  // {}
      }
      bytes += part.length;
    });
    socket.on("error", () => undefined);
  }
  await pause(2000);
  const first = rsmLines("events", "--since", "0").length, begin = used(stage.console), bytesBegin = bytes;
  await pause(seconds * 1000);
  const events = rsmLines("events", "--since", "0").length - first;
  console.log(`viewers: ${tabs + 1} tabs, ${(events / seconds).toFixed(0)} events/s, ${((100 * (used(stage.console) - begin)) / seconds).toFixed(1)} % of a core, ${memory(stage.console).toFixed(1)} MiB, ${((bytes - bytesBegin) / seconds / 1024).toFixed(0)} KiB/s to all; news old: ${await page.locator(".old-news").count()}`);
}
await browser.close();
process.exit(0);
