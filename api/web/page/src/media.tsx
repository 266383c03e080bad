// Finding cartridges by a part of what they are called.
import { useEffect, useState } from "preact/hooks";
import { ask } from "./ask";
import { type Info } from "./model";
import { showMedium } from "./details";
import { spaced, words } from "./words";

const w = words.columns;
const lettersLeast = 3, rowsAtOnce = 50, typingPause = 150;

interface Found {
  text: string;
  anywhere: boolean;
  items: Info[];
  cursor?: string;
  partial: boolean;
  trouble?: string;
}

async function search(text: string, anywhere: boolean, before: Info[], cursor?: string): Promise<Found> {
  try {
    const page = await ask("medium.search", { text, match: anywhere ? "contains" : "prefix", limit: rowsAtOnce, ...(cursor ? { cursor } : {}) });
    return { text, anywhere, items: [...before, ...page.items], cursor: page.next_cursor ?? undefined, partial: page.partial };
  } catch (error) {
    return { text, anywhere, items: before, partial: false, trouble: (error as Error).message };
  }
}

const labelOf = (m: Info) => (m.sides ?? []).map((s: Info) => s.label_info).filter(Boolean).join(", ");

export function MediaPage() {
  const [text, setText] = useState("");
  const [anywhere, setAnywhere] = useState(false);
  const [found, setFound] = useState<Found | null>(null);
  const wanted = text.trim();
  useEffect(() => {
    if (wanted.length < lettersLeast) {
      setFound(null);
      return;
    }
    let here = true;
    const timer = setTimeout(() => search(wanted, anywhere, []).then((all) => here && setFound(all)), typingPause);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [wanted, anywhere]);
  return (
    <>
      <form class="search" role="search" onSubmit={(e) => e.preventDefault()}>
        <label>{words.searchLabel} <input type="search" value={text} autocomplete="off" spellcheck={false} onInput={(e) => setText(e.currentTarget.value)} /></label>
        <label><input type="checkbox" checked={anywhere} onChange={(e) => setAnywhere(e.currentTarget.checked)} /> {words.searchAnywhere}</label>
      </form>
      <p class="hint" role="status">
        {!found ? words.searchHint : found.trouble ?? (found.items.length === 0 && !found.cursor ? words.searchNone : words.searchCount(found.items.length, !!found.cursor))}
        {found?.partial ? ` ${words.searchPartial}` : ""}
      </p>
      {found && found.items.length > 0 ? (
        <div class="wide" tabIndex={0} role="region" aria-label={words.pages.media}>
          <table>
            <thead><tr>{[w.name, w.barcode, w.place, w.state, w.pool, w.label].map((name) => <th scope="col" key={name}>{name}</th>)}</tr></thead>
            <tbody>
              {found.items.map((m) => (
                <tr key={m.id}>
                  <td><button type="button" class="link" onClick={() => showMedium(m.id, m.name)}>{m.name}</button></td>
                  <td>{m.barcode}</td><td>{m.place === "offline" ? words.offline : `${m.library_name}, ${m.place}`}</td><td>{spaced(m.state)}</td><td>{m.pool_name}</td><td class="long">{labelOf(m)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {found?.cursor ? <button type="button" onClick={() => search(found.text, found.anywhere, found.items, found.cursor).then(setFound)}>{words.searchMore}</button> : null}
    </>
  );
}
