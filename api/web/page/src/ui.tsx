// Parts that several pages have: the drawer, the question, messages.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, newKey, Refused } from "./ask";
import { model, useModel, type Info } from "./model";
import { shortId, words } from "./words";

// ---- what is open beside the page, and what was said last

interface Question {
  text: string;
  yes: () => void;
}
export const screen = {
  drawer: null as null | { title: string; content: () => ComponentChildren },
  question: null as Question | null,
  message: "",
  opener: null as HTMLElement | null,
};
export function openDrawer(title: string, content: () => ComponentChildren) {
  screen.opener = document.activeElement as HTMLElement | null;
  screen.drawer = { title, content };
  model.changed();
}
export function closeDrawer() {
  screen.drawer = null;
  model.changed();
  const back = screen.opener;
  if (back?.isConnected) back.focus();
}
export function say(text: string) {
  screen.message = text;
  model.changed();
}
export function question(text: string, yes: () => void) {
  screen.question = { text, yes };
  model.changed();
}

// Asks the service for something, and says what became of it.
export async function perform(what: string, method: string, params: Info, keyed = true) {
  say(`${what} ...`);
  try {
    const result = await ask(method, keyed ? { key: newKey(), ...params } : params);
    const request: string | undefined = result.request ?? result.requests?.[0];
    say(request ? words.queued(what, shortId(request)) : words.done_(what));
  } catch (error) {
    say(words.failed(what, error instanceof Refused ? error.message : String(error)));
  }
}

export function Drawer() {
  useModel();
  const heading = useRef<HTMLHeadingElement>(null);
  const drawer = screen.drawer;
  useEffect(() => {
    if (drawer) heading.current?.focus();
  }, [drawer]);
  // Wherever one is; a question has its own Escape.
  useEffect(() => {
    if (!drawer) return undefined;
    const leave = (e: KeyboardEvent) => e.key === "Escape" && !screen.question && closeDrawer();
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, [drawer]);
  if (!drawer) return null;
  return (
    <aside class="drawer" aria-labelledby="drawer-title">
      <div class="drawer-head">
        <h2 id="drawer-title" tabIndex={-1} ref={heading}>{drawer.title}</h2>
        <button type="button" onClick={closeDrawer}>{words.close}</button>
      </div>
      <div class="drawer-body">{drawer.content()}</div>
    </aside>
  );
}

export function QuestionBox() {
  useModel();
  const box = useRef<HTMLDialogElement>(null);
  const asked = screen.question;
  useEffect(() => {
    if (asked && !box.current?.open) box.current?.showModal();
  }, [asked]);
  if (!asked) return null;
  const end = (yes: boolean) => {
    box.current?.close();
    screen.question = null;
    model.changed();
    if (yes) asked.yes();
  };
  return (
    <dialog ref={box} aria-labelledby="question" onCancel={() => end(false)}>
      <p id="question">{asked.text}</p>
      <div class="buttons">
        <button type="button" autofocus onClick={() => end(false)}>{words.no}</button>
        <button type="button" class="danger" disabled={!model.mayAct()} onClick={() => end(true)}>{words.yes}</button>
      </div>
    </dialog>
  );
}

export const Message = () => {
  useModel();
  return <p class="message" role="status">{screen.message}</p>;
};

// A button that is there for who may, and can be used while the service is heard.
export function Act(props: { may: boolean; onClick: () => void; children: ComponentChildren; label?: string; danger?: boolean }) {
  if (!props.may) return null;
  return <button type="button" class={props.danger ? "danger" : ""} disabled={model.isOld()} aria-label={props.label} onClick={props.onClick}>{props.children}</button>;
}

export function Facts(props: { rows: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {props.rows.filter(([, value]) => value !== "" && value !== undefined && value !== null).map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}

// What the service answers, asked again when `about` is another one.
export function useAnswer<T>(about: string, question: () => Promise<T>): { answer?: T; trouble?: string } {
  const [state, set] = useState<{ about: string; answer?: T; trouble?: string }>({ about: "" });
  useEffect(() => {
    let here = true;
    question().then(
      (answer) => here && set({ about, answer }),
      (error) => here && set((before) => ({ ...before, about, trouble: error.message })),
    );
    return () => {
      here = false;
    };
  }, [about]);
  return state;
}

// A number that changes with the events of these types, at most every `pause` ms: what was asked is asked again then.
export function useFreshness(types: string[], pause: number): number {
  useModel();
  const [fresh, set] = useState(0);
  const seen = useRef({ key: "", time: 0, timer: 0 });
  const events = model.all("events");
  let newest = "";
  for (const event of events) if (types.includes(event.type)) newest = String(event.number);
  useEffect(() => {
    const s = seen.current;
    if (newest === s.key) return;
    s.key = newest;
    clearTimeout(s.timer);
    s.timer = window.setTimeout(() => {
      s.time = Date.now();
      set((n) => n + 1);
    }, Math.max(0, s.time + pause - Date.now()));
  }, [newest]);
  useEffect(() => () => clearTimeout(seen.current.timer), []);
  return fresh;
}

// ---- what may be asked for, with its question

const is = (user: string) => model.me?.user === user;
export const mayCancel = (request: Info) => model.mayAct() && (model.me!.administrator || is(request.user));
export const cancelRequest = (request: Info, about: string) =>
  question(words.askCancel(`${shortId(request.id)}, ${request.operation} of ${about}${request.user ? ` for ${request.user}` : ""}`), () => perform(`cancel ${shortId(request.id)}`, "request.cancel", { request: request.id }, false));

export function DriveActs(props: { drive: Info }) {
  const d = props.drive;
  const name = words.drive(d.number);
  const works = d.enabled && d.operational_state === "ready";
  const admin = model.isAdministrator();
  return (
    <div class="buttons">
      <Act may={admin && !works} onClick={() => perform(`enable ${name}`, "object.enable", { type: "drive", id: d.id })}>{words.enable}</Act>
      <Act may={admin && !!d.medium && d.state !== "loaded"} onClick={() => question(words.askEmpty(name, d.medium_name), () => perform(`empty ${name}`, "drive.dismount", { drive: d.id }))}>{words.emptyDrive}</Act>
      <Act may={admin && d.enabled} onClick={() => question(words.askDisable(name), () => perform(`disable ${name}`, "object.disable", { type: "drive", id: d.id }))}>{words.disable}</Act>
    </div>
  );
}

export function MediumActs(props: { medium: Info }) {
  const m = props.medium;
  const side = m.sides?.[0];
  const holder = model.all("holders").find((h) => model.all("drives").some((d) => d.id === h.drive && d.medium === m.id));
  return (
    <div class="buttons">
      <Act may={model.mayAct() && !!side && m.state !== "loaded"} onClick={() => perform(`mount ${m.name}`, "mount.submit", { media: [side.id], nowait: true })}>{words.mount}</Act>
      <Act may={model.mayAct() && (m.state === "loaded" || m.state === "mounted")} onClick={() =>
        question(words.askDismount(m.name, holder ? words.forWhom(holder.user, holder.application) : ""), () => perform(`dismount ${m.name}`, "dismount.submit", { media: [m.mounted_side || side.id] }))}>{words.dismount}</Act>
      <Act may={model.isAdministrator() && m.place !== "offline"} onClick={() => question(words.askEject(m.name), () => perform(`eject ${m.name}`, "medium.eject", { medium: m.id }))}>{words.eject}</Act>
    </div>
  );
}
