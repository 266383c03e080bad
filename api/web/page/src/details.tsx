// What the drawer shows of a cartridge, a drive, a request.
import { ask } from "./ask";
import { model, type Info } from "./model";
import { DriveActs, Facts, MediumActs, openDrawer, useAnswer } from "./ui";
import { moment, sentence, shortId, spaced, span, words } from "./words";

const w = words.columns;

export function whatHappened(h: Info): string {
  const kind = words.kinds[h.kind] ?? spaced(h.kind);
  if (h.from && h.to) return `${kind} ${words.fromTo(h.from, h.to)}`;
  return [kind, h.drive_name, h.text].filter(Boolean).join(" ");
}

function History(props: { of: Info }) {
  const { answer, trouble } = useAnswer(JSON.stringify(props.of), () => ask("history.list", { ...props.of, limit: 30 }));
  if (trouble) return <p class="trouble">{trouble}</p>;
  if (!answer) return <p>{words.loading} ...</p>;
  if (answer.items.length === 0) return <p>{words.nothingHappened}</p>;
  return (
    <ul class="plain">
      {answer.items.map((h: Info) => (
        <li key={h.number}><time>{moment(h.time)}</time> {whatHappened(h)}{h.user ? ` (${h.user})` : ""}</li>
      ))}
    </ul>
  );
}

function Medium(props: { id: string }) {
  const known = model.all("events").filter((e) => e.object === props.id).length + model.all("drives").filter((d) => d.medium === props.id).map((d) => d.state).join();
  const { answer: m, trouble } = useAnswer(`${props.id} ${known}`, () => ask("medium.get", { id: props.id }));
  if (trouble && !m) return <p class="trouble">{trouble}</p>;
  if (!m) return <p>{words.loading} ...</p>;
  return (
    <>
      <Facts rows={[
        [w.barcode, m.barcode], [w.state, `${spaced(m.state)}${m.enabled ? "" : `, ${words.switchedOff}`}`], [w.why, sentence(m.reason)], [w.library, m.library_name],
        [w.place, m.place], [w.pool, m.pool_name], [w.mounts, m.ageing ? String(m.ageing.mounts) : ""],
        [words.sides, (m.sides ?? []).map((s: Info) => [`${s.number}: ${spaced(s.state)}`, s.label_info].filter(Boolean).join(", ")).join("; ")],
      ]} />
      <MediumActs medium={m} />
      <h3>{words.itsHistory}</h3>
      <History of={{ medium: props.id }} />
    </>
  );
}

function Drive(props: { id: string }) {
  const d = model.get("drives", props.id);
  if (!d) return <p>{words.nothingHappened}</p>;
  const holder = model.get("holders", props.id);
  return (
    <>
      <Facts rows={[
        [w.state, d.enabled ? (d.operational_state === "ready" ? spaced(d.state) : spaced(d.operational_state)) : words.switchedOff],
        [w.why, d.enabled && d.operational_state === "ready" ? d.reason : d.condition_reason], [w.medium, d.medium_name], [w.whom, holder ? words.forWhom(holder.user, holder.application) : ""],
        [w.time, words.forSpan(span(model.now() - d.since))], [w.mounts, String(d.mount_count)], [w.drive, [d.vendor, d.product, d.serial].filter(Boolean).join(" ")], [words.device, d.device],
      ]} />
      <DriveActs drive={d} />
      {d.medium ? <div class="buttons"><button type="button" onClick={() => showMedium(d.medium, d.medium_name)}>{d.medium_name}</button></div> : null}
      <h3>{words.itsHistory}</h3>
      <History of={{ drive: props.id }} />
    </>
  );
}

function Explanation(props: { id: string }) {
  const { answer: e, trouble } = useAnswer(`${props.id} ${model.get("waiting", props.id)?.request.state} ${model.get("waiting", props.id)?.why}`, () => ask("request.explain", { request: props.id }));
  if (trouble && !e) return <p class="trouble">{trouble}</p>;
  if (!e) return <p>{words.loading} ...</p>;
  const f = e.forecast;
  return (
    <>
      <p>{sentence(e.text)}</p>
      <ul>{(e.facts ?? []).map((fact: string) => <li key={fact}>{sentence(fact)}</li>)}</ul>
      {f?.mounted_ms !== undefined && f?.mounted_ms !== null ? <p>{w.expected}: {words.about(span(f.mounted_ms))}</p> : null}
      <ul>{[...(f?.reasons ?? []), ...(f?.shorter ?? [])].map((line: string) => <li key={line}>{sentence(line)}</li>)}</ul>
      <h3>{words.itsHistory}</h3>
      <History of={{ request: props.id }} />
    </>
  );
}

export const showMedium = (id: string, name: string) => openDrawer(name || shortId(id), () => <Medium id={id} key={id} />);
export const showDrive = (d: Info) => openDrawer(words.drive(d.number), () => <Drive id={d.id} key={d.id} />);
export const showRequest = (id: string) => openDrawer(shortId(id), () => <Explanation id={id} key={id} />);
export const showFacts = (title: string, rows: [string, string][]) => openDrawer(title, () => <Facts rows={rows} />);
