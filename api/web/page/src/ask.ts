// Questions to the service, over the console.
import { model, type Info } from "./model";
import { words } from "./words";

export class Refused extends Error {
  constructor(readonly code: number, sentence: string) {
    super(sentence);
  }
}

async function post(path: string, body: unknown): Promise<Response> {
  return fetch(path, { method: "POST", headers: { "Content-Type": "application/json", "X-RSM": "1" }, body: JSON.stringify(body) });
}

export async function ask(method: string, params: Info = {}): Promise<any> {
  let reply: Response;
  try {
    reply = await post("/api/call", { method, params });
  } catch {
    throw new Refused(0, words.noAnswer);
  }
  if (reply.status === 401) {
    model.signedIn = false;
    model.changed();
    throw new Refused(5, words.signInTitle);
  }
  if (!reply.headers.get("Content-Type")?.startsWith("application/json")) throw new Refused(0, (await reply.text()).trim());
  const answer = await reply.json();
  if (answer.error) {
    if (model.me && /rsm web login/.test(answer.error.detail)) {
      model.me = { ...model.me, lost: true };
      model.changed();
    }
    throw new Refused(answer.error.code, answer.error.sentence);
  }
  return answer.result;
}

// The link's secret is traded for a cookie; it is in the address no longer, whatever comes of it.
export async function openLink(secret: string): Promise<boolean> {
  try {
    const reply = await post("/api/login", { token: secret });
    if (reply.ok) model.me = await reply.json();
    return reply.ok;
  } catch {
    return false;
  }
}

export async function logOut() {
  await post("/api/logout", {}).catch(() => undefined);
  model.stop();
  model.me = null;
  model.signedIn = false;
  model.changed();
}

// Whoever sends the same twice has asked once.
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
