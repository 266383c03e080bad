// The libraries as they are: slots, arm, drives, ports, doors. The arm travels as long as a move usually takes, and jumps to the truth.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { model, useModel, type Info } from "./model";
import { showDrive, showFacts, showMedium } from "./details";
import { PeopleBox } from "./people";
import { span, spaced, words } from "./words";

const sayAtMostEvery = 5000;  // moves, to those who listen to the screen
const slotsAtOnce = 1000;     // more are shown page by page

// ---- one box of anything that holds a cartridge

function Box(props: { place: string; label: string; kind: string; onClick: () => void; tabIndex?: number; onKeyDown?: (e: KeyboardEvent) => void; children: ComponentChildren }) {
  return (
    <button type="button" class={`box ${props.kind}`} data-place={props.place} aria-label={props.label} title={props.label} tabIndex={props.tabIndex} onClick={props.onClick} onKeyDown={props.onKeyDown}>
      {props.children}
    </button>
  );
}

// ---- slots

function slotLook(slot: Info, out: Map<string, Info>): { kind: string; label: string; text: string } {
  const absent = out.get(slot.id);
  const cleaner = slot.for_cleaner ? `, ${words.slotCleaner}` : "";
  if (slot.state === "full") return { kind: "full", label: words.slotFull(slot.number, slot.medium_name || words.noName) + cleaner, text: slot.medium_name || words.noName };
  if (absent) return { kind: "is-out", label: words.slotOut(slot.number, absent.name), text: words.out };
  if (slot.state === "empty") return { kind: "empty", label: words.slotEmpty(slot.number) + cleaner, text: String(slot.number) };
  if (slot.state === "not_present") return { kind: "gone", label: words.slotGone(slot.number), text: "-" };
  return { kind: "unknown", label: words.slotUnknown(slot.number), text: "?" };
}

function Slots(props: { library: Info; out: Map<string, Info> }) {
  const slots = model.all(`slots:${props.library.id}`);
  const [current, setCurrent] = useState(0);
  const [page, setPage] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  const shown = slots.slice(page * slotsAtOnce, (page + 1) * slotsAtOnce);
  const stop = Math.min(current, shown.length - 1);
  const columns = () => {
    const boxes = [...(grid.current?.children ?? [])] as HTMLElement[];
    const next = boxes.findIndex((box) => box.offsetTop !== boxes[0]!.offsetTop);
    return next < 0 ? boxes.length : next;
  };
  const move = (e: KeyboardEvent) => {
    const steps: Record<string, () => number> = { ArrowRight: () => 1, ArrowLeft: () => -1, ArrowDown: columns, ArrowUp: () => -columns(), Home: () => -stop, End: () => shown.length };
    const step = steps[e.key];
    if (!step) return;
    e.preventDefault();
    const to = Math.max(0, Math.min(shown.length - 1, stop + step()));
    setCurrent(to);
    (grid.current?.children[to] as HTMLElement | undefined)?.focus();
  };
  return (
    <>
      <div class="slots" role="group" aria-label={words.slotsLabel(props.library.name)} ref={grid}>
        {shown.map((slot, i) => {
          const look = slotLook(slot, props.out);
          return (
            <Box key={slot.id} place={`slot ${slot.number}`} kind={`slot ${look.kind}`} label={look.label} tabIndex={i === stop ? 0 : -1} onKeyDown={move} onClick={() => {
              setCurrent(i);
              if (slot.medium) showMedium(slot.medium, slot.medium_name);
              else if (props.out.has(slot.id)) showMedium(props.out.get(slot.id)!.id, props.out.get(slot.id)!.name);
              else showFacts(look.label, [[words.columns.state, spaced(slot.state)]]);
            }}>
              {look.text}
            </Box>
          );
        })}
      </div>
      <p class="hint">
        {words.slots(slots.length)}
        {slots.length > slotsAtOnce ? Array.from({ length: Math.ceil(slots.length / slotsAtOnce) }, (_, i) => (
          <button type="button" key={i} aria-pressed={i === page} onClick={() => setPage(i)}>{`${slots[i * slotsAtOnce]!.number}…`}</button>
        )) : null}
      </p>
    </>
  );
}

// ---- the arm

const wantsNoMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Where a place is, within the picture of its library.
function placeIn(picture: HTMLElement, place: string): { x: number; y: number } | null {
  const box = picture.querySelector(`[data-place="${CSS.escape(place)}"]`);
  if (!box) return null;
  const a = box.getBoundingClientRect(), b = picture.getBoundingClientRect();
  return { x: a.left - b.left + a.width / 2, y: a.top - b.top + a.height / 2 };
}

// The cartridge on its way. It stands where it must be by now, and goes on from there.
function Traveller(props: { moving: Info }) {
  const m = props.moving;
  const chip = useRef<HTMLDivElement>(null);
  const [resized, setResized] = useState(0);
  useEffect(() => {
    const again = () => setResized((n) => n + 1);
    addEventListener("resize", again);
    return () => removeEventListener("resize", again);
  }, []);
  useLayoutEffect(() => {
    const element = chip.current!;
    const from = placeIn(element.parentElement!, m.from), to = placeIn(element.parentElement!, m.to);
    if (!to) return;
    const at = (p: { x: number; y: number }) => `translate(${p.x}px, ${p.y}px) translate(-50%, -50%)`;
    const usual = m.usual_ms ?? 0, gone = Math.max(0, model.now() - m.since), share = usual > 0 ? Math.min(1, gone / usual) : 1;
    element.style.transform = at(to);
    if (!from || share >= 1 || wantsNoMotion()) {
      if (from && usual === 0) element.style.transform = at(from);  // nobody knows how long it takes
      return;
    }
    const now = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    const travel = element.animate([{ transform: at(now) }, { transform: at(to) }], { duration: usual - gone, easing: "linear" });
    return () => travel.cancel();
  }, [m.since, m.from, m.to, m.medium, m.usual_ms, resized]);
  return <div class="traveller" ref={chip} aria-hidden="true">{m.medium_name || words.noName}</div>;
}

function Arm(props: { changer: Info }) {
  const m = props.changer.moving;
  const gone = m ? model.now() - m.since : 0;
  const share = m?.usual_ms ? Math.min(1, gone / m.usual_ms) : 0;
  return (
    <p class={`arm ${m ? "moves" : ""}`} data-arm={m ? "moving" : "idle"}>
      <strong>{words.arm}</strong>{" "}
      {m ? words.moving(m.medium_name || words.noName, m.from, m.to) + (m.turned ? `, ${words.turned}` : "") : words.armIdle}
      {m ? <> <progress max={1} value={m.usual_ms ? share : undefined} aria-label={words.arm} /> <span>{m.usual_ms ? words.armTime(span(gone), span(m.usual_ms)) : span(gone)}</span></> : null}
    </p>
  );
}

// ---- drives, ports, doors

function DriveBox(props: { drive: Info; coming?: Info }) {
  const d = props.drive;
  const works = d.enabled && d.operational_state === "ready";
  const holder = model.get("holders", d.id);
  const state = !d.enabled ? words.switchedOff : works ? spaced(d.state) : spaced(d.operational_state);
  const inside = d.medium_name || (props.coming ? words.onItsWay(props.coming.medium_name) : words.empty);
  const who = holder ? words.forWhom(holder.user, holder.application) : "";
  const kind = !works ? "bad" : d.state === "loaded" ? "loaded" : d.medium ? "full" : "empty";
  return (
    <Box place={`drive ${d.number}`} kind={`drive ${kind}`} label={[words.drive(d.number), inside, state, who, works ? "" : d.condition_reason].filter(Boolean).join(", ")} onClick={() => showDrive(d)}>
      <strong>{words.drive(d.number)}</strong>
      <span class="medium">{inside}</span>
      <span class="state">{works ? "" : "! "}{state} {words.forSpan(span(model.now() - d.since))}</span>
      <span class="who">{who || (works ? "" : d.condition_reason)}</span>
    </Box>
  );
}

function PortBox(props: { port: Info }) {
  const p = props.port;
  const medium = p.medium ? model.get("media", p.medium)?.name ?? words.full : "";
  const text = p.content === "full" ? words.takeOut(medium || words.noName) : p.content === "empty" ? words.empty : spaced(p.content);
  return (
    <Box place={`port ${p.number}`} kind={`port ${p.content === "full" ? "attention" : "empty"}`} label={`${words.port(p.number)}, ${text}`} onClick={() => (p.medium ? showMedium(p.medium, medium) : showFacts(words.port(p.number), [[words.columns.state, text]]))}>
      <strong>{words.port(p.number)}</strong>
      <span class="medium">{medium || text}</span>
      <span class="state">{spaced(p.position)}</span>
    </Box>
  );
}

function DoorBox(props: { door: Info }) {
  const d = props.door;
  return (
    <Box place={`door ${d.number}`} kind={`door ${d.state === "open" ? "attention" : "empty"}`} label={`${words.door(d.number)}, ${spaced(d.state)}`} onClick={() => showFacts(words.door(d.number), [[words.columns.state, spaced(d.state)]])}>
      <strong>{words.door(d.number)}</strong>
      <span class="state">{spaced(d.state)}</span>
    </Box>
  );
}

function Library(props: { library: Info }) {
  const l = props.library;
  const of = (part: string) => model.all(part).filter((one) => one.library === l.id);
  const changers = of("changers");
  const moves = changers.map((c) => c.moving).filter(Boolean) as Info[];
  const out = new Map<string, Info>(model.all("media").filter((m) => m.home_slot_id).map((m) => [m.home_slot_id, m]));
  const state = !l.enabled ? words.switchedOff : spaced(l.operational_state);
  return (
    <section class="library" aria-labelledby={`l-${l.id}`}>
      <h2 id={`l-${l.id}`}>{l.name} <small class={l.operational_state === "ready" && l.enabled ? "" : "trouble"}>{state}{l.reason && l.operational_state !== "ready" ? `: ${l.reason}` : ""}</small></h2>
      <div class="picture">
        <Slots library={l} out={out} />
        {changers.map((c) => <Arm key={c.id} changer={c} />)}
        <div class="devices">
          {of("drives").map((d) => <DriveBox key={d.id} drive={d} coming={moves.find((m) => m.to === `drive ${d.number}`)} />)}
          {model.all(`ports:${l.id}`).map((p) => <PortBox key={p.id} port={p} />)}
          {model.all(`doors:${l.id}`).map((d) => <DoorBox key={d.id} door={d} />)}
        </div>
        {moves.map((m) => <Traveller key={`${m.medium} ${m.since}`} moving={m} />)}
      </div>
    </section>
  );
}

// Moves are also said, and not too many.
function Spoken() {
  useModel();
  const said = useRef({ text: "", time: 0 });
  const [text, setText] = useState("");
  const moves = model.all("changers").map((c) => c.moving).filter(Boolean) as Info[];
  const newest = moves.length ? words.moving(moves[0]!.medium_name || words.noName, moves[0]!.from, moves[0]!.to) : "";
  useEffect(() => {
    if (!newest || newest === said.current.text || Date.now() - said.current.time < sayAtMostEvery) return;
    said.current = { text: newest, time: Date.now() };
    setText(newest);
  });
  return <p class="only-heard" aria-live="polite">{text}</p>;
}

export function LibraryPage() {
  const m = useModel();
  const shown = m.all("libraries").filter((l) => l.slots > 0 || l.drives > 0);
  return (
    <div class="beside">
      <div>
        {shown.length === 0 && m.news !== 0 ? <p>{words.noLibrary}</p> : shown.map((l) => <Library key={l.id} library={l} />)}
        <Spoken />
      </div>
      <PeopleBox />
    </div>
  );
}
