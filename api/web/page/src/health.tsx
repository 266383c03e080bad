// How well everything is: drives, what steps take, handlers, the service itself.
import { ask } from "./ask";
import { useModel, type Info } from "./model";
import { showDrive } from "./details";
import { Facts, useAnswer, useFreshness } from "./ui";
import { moment, spaced, span, words } from "./words";

const w = words.columns;
const freshEvery = 10_000;
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function Table(props: { label: string; columns: string[]; rows: { key: string; cells: any[]; kind?: string }[] }) {
  return (
    <div class="wide" tabIndex={0} role="region" aria-label={props.label}>
      <table>
        <caption>{props.label}</caption>
        <thead><tr>{props.columns.map((name) => <th scope="col" key={name}>{name}</th>)}</tr></thead>
        <tbody>{props.rows.map((row) => <tr key={row.key} class={row.kind}>{row.cells.map((cell, i) => <td key={i}>{cell}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

export function HealthPage() {
  const m = useModel();
  const fresh = useFreshness(["drive", "changer", "library"], freshEvery);
  const { answer: timing } = useAnswer(`timing ${fresh}`, () => ask("library.timing"));
  const { answer: figures } = useAnswer(`metrics ${fresh}`, () => ask("metrics.read"));
  const steps: Info[] = timing?.items ?? [];
  const load = (id: string) => steps.find((t) => t.drive === id && t.kind === "load");
  const errors = (id: string) => figures?.drives?.find((d: Info) => d.drive === id)?.errors_in_a_row;
  const libraryName = (id: string) => m.get("libraries", id)?.name ?? "";
  const service = m.service();
  return (
    <>
      <Table label={words.drives} columns={[w.drive, w.state, w.mounts, w.errors, w.median, w.p90, w.why]} rows={m.all("drives").map((d) => {
        const t = load(d.id);
        const works = d.enabled && d.operational_state === "ready";
        return {
          key: d.id, kind: works ? "" : "trouble-row",
          cells: [<button type="button" class="link" onClick={() => showDrive(d)}>{d.name}</button>, d.enabled ? (works ? words.well : spaced(d.operational_state)) : words.switchedOff, d.mount_count, errors(d.id) ?? words.notKnown, t ? seconds(t.median_ms) : words.notKnown, t ? seconds(t.p90_ms) : words.notKnown, works ? "" : d.condition_reason],
        };
      })} />
      <Table label={words.steps} columns={[w.library, w.drive, w.steps, w.seen, w.median, w.p90].map((name) => name.replace("Load: ", ""))} rows={steps.map((t) => ({
        key: `${t.library}${t.drive}${t.kind}`, cells: [t.library_name, t.drive_name, words.stepNames[t.kind] ?? spaced(t.kind), t.seen, seconds(t.median_ms), seconds(t.p90_ms)],
      }))} />
      <Table label={words.handlers} columns={[w.library, w.drive, w.seen, w.ends]} rows={(figures?.handlers ?? []).map((h: Info) => ({
        key: `${h.library}${h.device}`, cells: [libraryName(h.library), h.device, h.starts, words.ends(h.exited, h.died, h.timed_out, h.spoke_nonsense)],
      }))} />
      <section aria-labelledby="service">
        <h2 id="service">{words.service}</h2>
        <Facts rows={[[words.version, service.version], [words.started, service.started ? `${moment(service.started)}, ${words.forSpan(span(m.now() - service.started))}` : ""], [words.commitTrouble, service.commit_error || words.well]]} />
      </section>
    </>
  );
}
