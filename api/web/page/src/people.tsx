// What needs a person, and what was answered.
import { ask } from "./ask";
import { model, useModel, type Info } from "./model";
import { showRequest } from "./details";
import { Act, perform, question, useAnswer, useFreshness } from "./ui";
import { moment, sentence, shortId, spaced, span, words } from "./words";

const w = words.columns;
const answeredEvery = 3000, answeredShown = 50;

const isOpen = (o: Info) => o.state !== "refused" && o.state !== "complete";
const sentenceOf = (o: Info) => o.message || spaced(o.command);
const troubled = () => model.all("drives").filter((d) => d.operational_state === "needs_service");
const openOnes = () => model.all("people").filter(isOpen);
// Sentences that no row says already.
const others = () => model.all("attention").map(String).filter((s) => !openOnes().some((o) => o.message && s.includes(o.message)) && !troubled().some((d) => s.includes(d.name)));

export const peopleWanted = () => openOnes().length + troubled().length + others().length;

function Asked(props: { one: Info }) {
  const o = props.one;
  const waits = o.request ? model.get("waiting", o.request)?.request : undefined;
  return (
    <li>
      <p><strong>{sentenceOf(o)}</strong> <span class="ago">{words.since(span(model.now() - o.submitted))}</span></p>
      {waits ? <p><button type="button" class="link" onClick={() => showRequest(o.request)}>{words.waitsFor(shortId(o.request), waits.user)}</button></p> : null}
      <div class="buttons">
        <Act may={model.isAdministrator()} label={`${words.done}: ${sentenceOf(o)}`} onClick={() => perform(sentenceOf(o), "opreq.satisfy", { id: o.id }, false)}>{words.done}</Act>
        <Act may={model.isAdministrator()} label={`${words.refuse} ${sentenceOf(o)}`} onClick={() => question(words.askRefuse(sentenceOf(o)), () => perform(sentenceOf(o), "opreq.refuse", { id: o.id }, false))}>{words.refuse}</Act>
      </div>
      {model.isAdministrator() ? null : <p class="hint">{words.commandHelps} <code>rsm opreq satisfy {shortId(o.id)}</code></p>}
    </li>
  );
}

function Troubled(props: { drive: Info }) {
  const d = props.drive;
  return (
    <li>
      <p><strong>{d.name}: {sentence(d.condition_reason)}</strong> <span class="ago">{words.since(span(model.now() - d.since))}</span></p>
      <div class="buttons">
        <Act may={model.isAdministrator()} label={`${words.enableDrive} ${d.name}`} onClick={() => perform(`enable ${d.name}`, "object.enable", { type: "drive", id: d.id })}>{words.enableDrive}</Act>
      </div>
      {model.isAdministrator() ? null : <p class="hint">{words.commandHelps} <code>rsm drive enable {d.number}</code></p>}
    </li>
  );
}

function Wanted() {
  if (peopleWanted() === 0) return <p>{words.nobodyNeeded}</p>;
  return (
    <ul class="cards">
      {openOnes().map((o) => <Asked key={o.id} one={o} />)}
      {troubled().map((d) => <Troubled key={d.id} drive={d} />)}
      {others().map((s) => <li key={s}><p>{sentence(s)}</p></li>)}
    </ul>
  );
}

export function PeopleBox() {
  useModel();
  return (
    <section class="people-box" aria-labelledby="needs">
      <h2 id="needs">{words.needsPerson}</h2>
      <Wanted />
    </section>
  );
}

async function answeredLately(): Promise<Info[]> {
  const all: Info[] = [];
  let cursor: string | undefined;
  do {
    const page: any = await ask("opreq.list", { limit: 1000, ...(cursor ? { cursor } : {}) });
    all.push(...page.items.filter((o: Info) => !isOpen(o)));
    cursor = page.next_cursor;
  } while (cursor && all.length < 5000);
  return all.sort((a, b) => b.changed - a.changed).slice(0, answeredShown);
}

// By whom, as its event says.
const answeredBy = (o: Info) => model.all("events").filter((e) => e.object === o.id).map((e) => e.reason).at(-1) ?? "";

export function PeoplePage() {
  useModel();
  const fresh = useFreshness(["operator_request"], answeredEvery);
  const { answer, trouble } = useAnswer(`answered ${fresh}`, answeredLately);
  return (
    <div class="beside even">
      <PeopleBox />
      <section aria-labelledby="answered">
        <h2 id="answered">{words.answered}</h2>
        {trouble ? <p class="trouble">{trouble}</p> : null}
        {answer && answer.length === 0 ? <p>{words.nothingAnswered}</p> : null}
        {answer && answer.length > 0 ? (
          <div class="wide" tabIndex={0} role="region" aria-label={words.answered}>
            <table>
              <thead><tr>{[w.time, words.askedFor, w.state, words.answer].map((name) => <th scope="col" key={name}>{name}</th>)}</tr></thead>
              <tbody>
                {answer.map((o) => <tr key={o.id}><td>{moment(o.changed)}</td><td class="long">{sentenceOf(o)}</td><td>{spaced(o.state)}</td><td class="long">{answeredBy(o)}</td></tr>)}
              </tbody>
            </table>
          </div>
        ) : null}
      </section>
    </div>
  );
}
