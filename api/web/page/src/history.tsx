// What each drive did: bars of a day or a week, the same as a table, and as a file.
import { useState } from "preact/hooks";
import { ask } from "./ask";
import { useModel, type Info } from "./model";
import { whatHappened, showDrive } from "./details";
import { useAnswer, useFreshness } from "./ui";
import { date, hour, moment, span, words } from "./words";

const w = words.columns;
const dayMs = 86_400_000, rowsAtOnce = 1000, pagesMost = 10, freshEvery = 5000, drawnLeast = 0.15;  // percent of the width

export interface Stretch {
  kind: "loaded" | "moving" | "error";
  from: number;
  to: number;
  medium: string;
}

// Of rows in the order in which they happened. What goes on has no end yet: it ends now.
export function stretchesOf(rows: Info[], from: number, to: number, now: number): Stretch[] {
  const stretches: Stretch[] = [];
  let open: Info | null = null;
  for (const h of rows) {
    const took = h.duration_ms ?? 0;
    if (h.kind === "mounted") open = h;
    if (h.kind === "dismounted") {
      stretches.push({ kind: "loaded", from: h.time - took, to: h.time, medium: h.medium_name });
      open = null;
    }
    if (h.kind === "moved" && took > 0) stretches.push({ kind: "moving", from: h.time - took, to: h.time, medium: h.medium_name });
    if (h.kind === "failed") stretches.push({ kind: "error", from: h.time, to: h.time, medium: h.medium_name });
  }
  if (open) stretches.push({ kind: "loaded", from: open.time, to: Math.min(now, to), medium: open.medium_name });
  return stretches.filter((s) => s.to >= from && s.from < to).map((s) => ({ ...s, from: Math.max(s.from, from), to: Math.min(s.to, to) }));
}

async function rowsOf(from: number, to: number): Promise<{ rows: Info[]; more: boolean }> {
  const rows: Info[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMost; page++) {
    const reply = await ask("history.list", { from, to, oldest_first: true, limit: rowsAtOnce, ...(cursor ? { cursor } : {}) });
    rows.push(...reply.items);
    cursor = reply.next_cursor ?? undefined;
    if (!cursor) return { rows, more: false };
  }
  return { rows, more: true };
}

function startOf(week: boolean, now: number, back: number): [number, number] {
  const d = new Date(now);
  d.setHours(0, 0, 0, 0);
  const days = week ? 7 : 1;
  if (week) d.setDate(d.getDate() - ((d.getDay() + 6) % 7));
  d.setDate(d.getDate() - back * days);
  const end = new Date(d);
  end.setDate(end.getDate() + days);
  return [d.getTime(), end.getTime()];
}

function Bar(props: { drive: Info; rows: Info[]; from: number; to: number; now: number; week: boolean }) {
  const { from, to } = props;
  const x = (time: number) => ((time - from) / (to - from)) * 100;
  const stretches = stretchesOf(props.rows, from, to, props.now);
  const order = { loaded: 0, moving: 1, error: 2 };
  stretches.sort((a, b) => order[a.kind] - order[b.kind]);
  const count = (kind: string) => props.rows.filter((h) => h.kind === kind).length;
  const marks = props.week ? 7 : 12;
  return (
    <figure class="bar">
      <figcaption><button type="button" class="link" onClick={() => showDrive(props.drive)}>{props.drive.name}</button> <span class="hint">{words.movesErrors(count("mounted"), count("moved"), count("failed"))}</span></figcaption>
      <svg viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label={`${words.barsOf(props.drive.name, moment(from), moment(to))}: ${words.movesErrors(count("mounted"), count("moved"), count("failed"))}`}>
        <rect class="ground" x={0} y={0} width={100} height={12} />
        {Array.from({ length: marks - 1 }, (_, i) => <line key={i} class="mark" x1={((i + 1) * 100) / marks} x2={((i + 1) * 100) / marks} y1={0} y2={12} />)}
        {stretches.map((s, i) => (
          <rect key={i} class={s.kind} x={x(s.from)} y={s.kind === "moving" ? 4 : 0} width={Math.max(x(s.to) - x(s.from), drawnLeast)} height={s.kind === "moving" ? 4 : 12}>
            <title>{words.bar(words[s.kind === "moving" ? "movingWord" : s.kind], s.medium, hour(s.from), hour(s.to))}</title>
          </rect>
        ))}
      </svg>
    </figure>
  );
}

const quoted = (text: unknown) => `"${String(text ?? "").replaceAll('"', '""')}"`;
function save(rows: Info[], name: string) {
  const columns = ["number", "time", "kind", "drive_name", "medium_name", "library_name", "from", "to", "duration_ms", "error", "user", "application", "request", "text"];
  const lines = [columns.join(","), ...rows.map((h) => columns.map((c) => quoted(c === "time" ? new Date(h.time).toISOString() : h[c])).join(","))];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function HistoryPage() {
  const m = useModel();
  const [week, setWeek] = useState(false);
  const [back, setBack] = useState(0);
  const [table, setTable] = useState(false);
  const [from, to] = startOf(week, m.now(), back);
  const fresh = useFreshness(["drive", "changer"], freshEvery);
  const { answer, trouble } = useAnswer(`${from} ${to} ${back === 0 ? fresh : 0}`, () => rowsOf(from, to));
  const rows = answer?.rows ?? [];
  const marks = week ? Array.from({ length: 7 }, (_, i) => date(from + i * dayMs + dayMs / 2).slice(5)) : Array.from({ length: 12 }, (_, i) => hour(from + i * 2 * 3_600_000));
  return (
    <>
      <div class="tools" role="group" aria-label={words.historyOf}>
        <button type="button" aria-pressed={!week} onClick={() => { setWeek(false); setBack(0); }}>{words.day}</button>
        <button type="button" aria-pressed={week} onClick={() => { setWeek(true); setBack(0); }}>{words.week}</button>
        <button type="button" onClick={() => setBack(back + 1)}>{words.earlier}</button>
        <button type="button" disabled={back === 0} onClick={() => setBack(back - 1)}>{words.later}</button>
        <strong>{week ? words.fromTo(date(from), date(to - dayMs / 2)) : date(from)}</strong>
        <button type="button" aria-pressed={table} onClick={() => setTable(!table)}>{table ? words.asBars : words.asTable}</button>
        <button type="button" disabled={rows.length === 0} onClick={() => save(rows, `openrsm-${date(from)}.csv`)}>{words.csv}</button>
      </div>
      {trouble ? <p class="trouble">{trouble}</p> : null}
      {answer?.more ? <p class="trouble">{words.historyCut}</p> : null}
      {!answer && !trouble ? <p>{words.loading} ...</p> : null}
      {table ? (
        <div class="wide" tabIndex={0} role="region" aria-label={words.historyOf}>
          <table>
            <thead><tr>{[w.time, w.drive, w.medium, w.text, w.duration, w.user].map((name) => <th scope="col" key={name}>{name}</th>)}</tr></thead>
            <tbody>
              {rows.map((h) => (
                <tr key={h.number} class={h.kind}><td>{moment(h.time)}</td><td>{h.drive_name}</td><td>{h.medium_name}</td><td class="long">{whatHappened(h)}</td><td>{h.duration_ms ? span(h.duration_ms) : ""}</td><td>{words.forWhom(h.user, h.application)}</td></tr>
              ))}
            </tbody>
          </table>
          {answer && rows.length === 0 ? <p>{words.nothingHappened}</p> : null}
        </div>
      ) : (
        <div class="bars">
          <p class="keys"><span class="key loaded">{words.loaded}</span> <span class="key moving">{words.movingWord}</span> <span class="key error">{words.error}</span></p>
          <div class="hours" aria-hidden="true">{marks.map((mark) => <span key={mark}>{mark}</span>)}</div>
          {m.all("drives").map((d) => <Bar key={d.id} drive={d} rows={rows.filter((h) => h.drive === d.id)} from={from} to={to} now={m.now()} week={week} />)}
        </div>
      )}
    </>
  );
}
