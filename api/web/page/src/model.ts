// What the page knows: the parts of the picture, who looks, how old the news are. One WebSocket brings it.
import { useEffect, useState } from "preact/hooks";

export type Info = Record<string, any>;
interface Part {
  order: string[];
  items: Map<string, Info>;
}
export interface Me {
  user: string;
  administrator: boolean;
  view: boolean;
  lost: boolean;
  ends: number;
}
type Change = { put?: [string, Info][]; del?: string[]; order?: string[]; gone?: boolean };

const oldAfter = 2000;        // news of the service that are older say so
const silentAfter = 2500;     // a console that says nothing for so long
const hiddenFor = 60_000;     // a tab that nobody sees for so long asks for nothing
const pauseLeast = 500, pauseMost = 10_000;  // between two tries to come back

class Model {
  parts = new Map<string, Part>();
  me: Me | null = null;
  signedIn: boolean | null = null;  // null: not known yet
  linkBad = false;
  ahead = 0;           // the service's clock before ours, in ms
  news = 0;            // when the service was heard last, by its clock
  heard = 0;           // when the console was heard last, by ours
  oldByService = false;
  changes = 0;
  private run = "";
  private n = -1;
  private socket: WebSocket | null = null;
  private pause = pauseLeast;
  private timer = 0;
  private hidden = 0;
  private listeners = new Set<() => void>();
  private drawing = false;

  now = () => Date.now() + this.ahead;
  isOld = () => this.news === 0 || this.oldByService || Date.now() - this.heard > silentAfter;
  mayAct = () => this.me !== null && !this.me.view && !this.me.lost && !this.isOld();
  isAdministrator = () => this.mayAct() && this.me!.administrator;

  all(part: string): Info[] {
    const found = this.parts.get(part);
    return found ? found.order.map((key) => found.items.get(key)!) : [];
  }
  get(part: string, key: string): Info | undefined {
    return this.parts.get(part)?.items.get(key);
  }
  service = (): Info => this.get("service", "service") ?? {};

  listen(told: () => void): () => void {
    this.listeners.add(told);
    return () => this.listeners.delete(told);
  }
  // Everybody draws once, whatever came meanwhile.
  changed() {
    this.changes++;
    if (this.drawing) return;
    this.drawing = true;
    const draw = () => {
      this.drawing = false;
      for (const told of [...this.listeners]) told();
    };
    if (document.visibilityState === "visible") requestAnimationFrame(draw);
    else setTimeout(draw, 100);
  }

  start() {
    document.addEventListener("visibilitychange", () => {
      clearTimeout(this.hidden);
      if (document.visibilityState === "visible") {
        if (!this.socket) this.open();
      } else {
        this.hidden = window.setTimeout(() => this.socket?.close(), hiddenFor);
      }
    });
    setInterval(() => this.changed(), 1000);  // ages and clocks
    this.open();
  }
  stop() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private open() {
    clearTimeout(this.timer);
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/live`);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(this.n >= 0 ? { run: this.run, n: this.n } : {}));
    socket.onmessage = (message) => {
      this.pause = pauseLeast;
      this.take(JSON.parse(message.data));
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.changed();
      if (document.visibilityState === "hidden") return;
      this.timer = window.setTimeout(() => this.comeBack(), this.pause);
      this.pause = Math.min(2 * this.pause, pauseMost);
    };
  }
  // A session that has ended needs another link; everything else is tried again.
  private async comeBack() {
    await this.askMe();
    if (this.signedIn) this.open();
    else if (this.signedIn === null) this.timer = window.setTimeout(() => this.comeBack(), this.pause);
  }
  async askMe() {
    try {
      const reply = await fetch("/api/me");
      this.signedIn = reply.status === 401 ? false : reply.ok ? true : null;
      if (reply.ok) this.me = await reply.json();
    } catch {
      this.signedIn = this.signedIn === false ? false : null;
    }
    this.changed();
  }

  private take(m: any) {
    this.heard = Date.now();
    if (m.me) this.me = m.me;
    if (m.beat !== undefined) {
      this.ahead = m.beat - Date.now();
      this.news = Math.max(this.news, m.news);
      this.oldByService = m.beat - m.news > oldAfter;
      return;  // drawn with the next second
    }
    if (m.snapshot) {
      this.parts.clear();
      for (const [name, items] of Object.entries<[string, Info][]>(m.snapshot)) this.parts.set(name, { order: items.map(([key]) => key), items: new Map(items) });
    }
    if (m.delta) for (const [name, change] of Object.entries<Change>(m.delta)) this.apply(name, change);
    if (m.n !== undefined) {
      this.n = m.n;
      this.run = m.run;
      if (this.news === 0) this.news = this.now();
    }
    this.changed();
  }
  private apply(name: string, change: Change) {
    if (change.gone) {
      this.parts.delete(name);
      return;
    }
    const part: Part = this.parts.get(name) ?? { order: [], items: new Map() };
    if (change.del) {
      const gone = new Set(change.del);
      part.order = part.order.filter((key) => !gone.has(key));
      for (const key of gone) part.items.delete(key);
    }
    for (const [key, info] of change.put ?? []) {
      if (!part.items.has(key)) part.order.push(key);
      part.items.set(key, info);
    }
    if (change.order) part.order = change.order;
    this.parts.set(name, part);
  }
}

export const model = new Model();

// Draws again when something has changed.
export function useModel(): Model {
  const [, draw] = useState(0);
  useEffect(() => model.listen(() => draw((n) => n + 1)), []);
  return model;
}
