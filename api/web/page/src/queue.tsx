// What waits for what, in the order of service.
import { ask } from "./ask";
import { model, useModel, type Info } from "./model";
import { showMedium, showRequest } from "./details";
import { Act, cancelRequest, mayCancel, useAnswer, useFreshness } from "./ui";
import { sentence, shortId, spaced, span, words } from "./words";

const w = words.columns;
const planEvery = 3000;  // at most so often the scheduler is asked what it intends

const aboutOf = (r: Info) => (r.medium_name ? (r.side ? `${r.medium_name}:${r.side_number}` : r.medium_name) : r.drive_name || r.library_name || "");

// When each is mounted, in ms from when that was asked.
function useExpected(): Map<string, number> {
  const fresh = useFreshness(["request", "drive"], planEvery);
  const { answer } = useAnswer(`plan ${fresh}`, async () => {
    const plan = await ask("plan.read");
    const times = new Map<string, number>();
    for (const library of plan.libraries) for (const drive of library.drives) for (const step of drive.next) times.set(step.request, model.now() + step.mounted_ms);
    return times;
  });
  return answer ?? new Map();
}

function expectedOf(r: Info, expected: Map<string, number>): string {
  if (r.state === "inprocess") return words.now;
  if (model.all("people").some((o) => o.request === r.id && o.state !== "refused" && o.state !== "complete")) return words.aPerson;
  const time = expected.get(r.id) ?? r.due;
  if (!time) return words.notKnown;
  return time <= model.now() ? words.now : words.about(span(time - model.now()));
}

export function QueuePage() {
  const m = useModel();
  const expected = useExpected();
  const waiting = m.all("waiting");
  const open = m.all("queue").reduce((sum, q) => sum + q.count, 0);
  if (waiting.length === 0) return <p>{words.queueEmpty}</p>;
  return (
    <>
      <div class="wide" tabIndex={0} role="region" aria-label={words.queueCaption}>
        <table>
          <caption>{words.queueCaption}</caption>
          <thead><tr>{[w.request, w.what, w.about, w.whom, w.priority, w.state, w.why, w.expected, w.actions].map((name) => <th scope="col" key={name}>{name}</th>)}</tr></thead>
          <tbody>
            {waiting.map(({ request: r, why }) => (
              <tr key={r.id} class={r.state}>
                <td><code>{shortId(r.id)}</code></td>
                <td>{spaced(r.operation)}</td>
                <td>{r.medium ? <button type="button" class="link" onClick={() => showMedium(r.medium, r.medium_name)}>{aboutOf(r)}</button> : aboutOf(r)}</td>
                <td>{words.forWhom(r.user, r.application)}</td>
                <td>{words.priorities(r.priority)}</td>
                <td>{spaced(r.state)}</td>
                <td class="long">{sentence(why || r.reason)}</td>
                <td>{expectedOf(r, expected)}</td>
                <td class="buttons">
                  <button type="button" aria-label={`${words.explain} ${shortId(r.id)}`} onClick={() => showRequest(r.id)}>{words.explain}</button>
                  <Act may={mayCancel(r)} label={`${words.cancel} ${shortId(r.id)}`} onClick={() => cancelRequest(r, aboutOf(r))}>{words.cancel}</Act>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open > waiting.length ? <p>{words.more(open - waiting.length)}</p> : null}
    </>
  );
}
