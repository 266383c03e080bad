// Every text that people read, in one place.

const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

export const words = {
  product: "OpenRSM",
  pages: { library: "Library", queue: "Queue", people: "People", media: "Media", history: "History", health: "Health" },
  pageTitle: (page: string) => `${page} - OpenRSM`,
  skip: "To the page",
  navigation: "Pages",
  close: "Close",
  retry: "Try again",

  // Who looks
  looksOnly: "can only look",
  administrator: "administrator",
  logOut: "Log out",
  loggedOut: "You are logged out.",
  signInTitle: "Sign in with a link",
  signInOwn: "Your own console, on the machine of the library:",
  signInShared: "A link for this console:",
  signInView: "A link for a screen on the wall, which can only look:",
  linkBad: "This link was used already, or is too old. Make another one:",
  logInAgain: "The service was started again. You go on looking; to do something, log in again: rsm web login",

  // News
  connecting: "Connecting",
  newsAge: (seconds: string) => `news: ${seconds} old`,
  noNews: (since: string, ago: string) => `no news since ${since} (${ago})`,
  neverNews: "no news yet",
  switchTheme: (next: string) => `Switch to ${next}`,
  themes: { auto: "the colours of this computer", light: "light", dark: "dark" } as Record<string, string>,
  theme: { auto: "Colours: auto", light: "Colours: light", dark: "Colours: dark" } as Record<string, string>,

  // Library
  noLibrary: "No library is configured. The commands: sudo rsm library discover --add, or to play with: sudo rsm setup --emulated demo",
  slots: (n: number) => plural(n, "slot", "slots"),
  slotsLabel: (library: string) => `Slots of ${library}; move with the arrow keys`,
  slotFull: (n: number, medium: string) => `Slot ${n}: ${medium}`,
  slotEmpty: (n: number) => `Slot ${n}: empty`,
  slotOut: (n: number, medium: string) => `Slot ${n}: empty, home of ${medium}, which is out`,
  slotUnknown: (n: number) => `Slot ${n}: not known`,
  slotGone: (n: number) => `Slot ${n}: not there`,
  slotCleaner: "cleaning cartridge",
  out: "out",
  full: "full",
  noName: "?",
  arm: "arm",
  armIdle: "rests",
  moving: (medium: string, from: string, to: string) => `${medium} from ${from} to ${to}`,
  armTime: (gone: string, usual: string) => `${gone} of ~${usual}`,
  turned: "turned on the way",
  drive: (n: number) => `Drive ${n}`,
  port: (n: number) => `Port ${n}`,
  door: (n: number) => `Door ${n}`,
  empty: "empty",
  onItsWay: (medium: string) => `${medium} is on its way`,
  takeOut: (medium: string) => `${medium}: take it out`,
  mounts: (n: number) => plural(n, "mount", "mounts"),
  switchedOff: "switched off",
  legend: "full · empty · home of a cartridge that is out · not known",

  // Queue
  queueEmpty: "Nothing waits.",
  queueCaption: "Requests in the order of service",
  columns: {
    request: "Request", what: "What", about: "About", whom: "For", priority: "Priority", state: "State", why: "Why", expected: "Expected", actions: "Actions",
    name: "Name", barcode: "Bar code", place: "Place", pool: "Pool", label: "Label", side: "Side", mounts: "Mounts",
    time: "Time", drive: "Drive", medium: "Cartridge", duration: "Took", user: "Who", text: "What happened", library: "Library",
    errors: "Errors in a row", median: "Load: half", p90: "Load: nine of ten", steps: "Step", seen: "Seen", ends: "Handler ended", number: "No.",
  },
  priorities: (p: number) => (p >= 10 ? "highest" : p > 0 ? "high" : p === 0 ? "normal" : p > -10 ? "low" : "lowest"),
  now: "now",
  aPerson: "a person",
  about: (span: string) => `~${span}`,
  notKnown: "-",
  explain: "Explain",
  cancel: "Cancel...",
  more: (n: number) => `${n} more are not shown`,

  // People
  needsPerson: "Needs a person",
  nobodyNeeded: "Nothing needs a person.",
  done: "Done",
  refuse: "Refuse...",
  waitsFor: (request: string, user: string) => `${request}${user ? ` (${user})` : ""} waits for it`,
  commandHelps: "The command:",
  since: (span: string) => `since ${span}`,
  answered: "Answered",
  nothingAnswered: "Nothing was answered lately.",
  attention: "Attention",
  enableDrive: "Enable",

  // Media
  searchLabel: "Bar code, name or label",
  searchAnywhere: "anywhere in it",
  searchHint: "From the third letter on.",
  searchNone: "No cartridge is called so.",
  searchPartial: "The search was not through in time; this is what it found.",
  searchMore: "Show more",
  searchCount: (n: number, more: boolean) => `${n}${more ? " or more" : ""} found`,
  mount: "Mount",
  dismount: "Dismount...",
  eject: "Eject...",
  disable: "Disable...",
  enable: "Enable",
  emptyDrive: "Empty the drive...",
  offline: "offline",
  itsHistory: "Its history",
  nothingHappened: "Nothing is known to have happened.",
  sides: "Sides",

  // History
  historyOf: "History of drives",
  day: "Day", week: "Week",
  earlier: "Earlier", later: "Later", today: "Today",
  asTable: "As a table", asBars: "As bars",
  csv: "Save as CSV",
  loaded: "loaded", movingWord: "moving", error: "error",
  barsOf: (drive: string, from: string, to: string) => `${drive}, ${from} to ${to}`,
  bar: (kind: string, medium: string, from: string, to: string) => `${kind}${medium ? ` ${medium}` : ""}, ${from} to ${to}`,
  movesErrors: (mounts: number, moves: number, errors: number) => `mounts ${mounts}, moves ${moves}, errors ${errors}`,
  historyCut: "There is more than is shown: choose a shorter time.",
  loading: "Reading",
  kinds: {
    moved: "moved", brought_in: "came in", taken_out: "went out", mounted: "mounted", dismounted: "dismounted", failed: "failed", alerted: "reported", labelled: "labelled",
    allocated: "allocated", deallocated: "given back", completed: "complete", decommissioned: "out of service", cleaned: "cleaned", deleted: "deleted",
  } as Record<string, string>,
  fromTo: (from: string, to: string) => `${from} to ${to}`,

  // Health
  drives: "Drives",
  steps: "What steps take",
  handlers: "Handlers",
  service: "Service",
  device: "Device",
  askedFor: "Asked for", answer: "Answer",
  version: "Version",
  started: "Started",
  commitTrouble: "Catalog",
  well: "in order",
  stepNames: { move: "move", turn: "turn", load: "load", read_label: "read a label", hold: "hold", rewind: "rewind", unload: "unload", wait: "wait" } as Record<string, string>,
  ends: (exited: number, died: number, late: number, nonsense: number) => `${exited} in order, ${died} died, ${late} too late, ${nonsense} not understood`,

  // Questions and answers
  yes: "Yes", no: "No",
  askCancel: (what: string) => `Cancel ${what}? It leaves the queue.`,
  askRefuse: (what: string) => `Refuse: ${what} Whoever waits for it ends with an error.`,
  askDismount: (medium: string, holder: string) => `Dismount ${medium}${holder ? `, which ${holder} has` : ""}? What is open on it has to be closed before.`,
  askEject: (medium: string) => `Eject ${medium}? It goes to the port, and a person takes it out.`,
  askDisable: (what: string) => `Disable ${what}? Nobody can use it until it is enabled again.`,
  askEmpty: (drive: string, medium: string) => `Bring ${medium} home, out of ${drive}?`,
  asked: (what: string) => `${what}: asked`,
  queued: (what: string, request: string) => `${what}: queued as ${request}`,
  done_: (what: string) => `${what}: done`,
  failed: (what: string, why: string) => `${what}: ${why}`,
  noAnswer: "the console does not answer",
  events: "Events",
  eventsOf: "The last events",
  details: "Details",
  forWhom: (user: string, application: string) => [application, user].filter(Boolean).join("/"),
  forSpan: (span: string) => `for ${span}`,
};

// "needs_service": as people say it.
export const spaced = (word: string) => word.replaceAll("_", " ");

export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}
const two = (n: number) => String(n).padStart(2, "0");
export function clock(ms: number): string {
  const d = new Date(ms);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}
export function hour(ms: number): string {
  const d = new Date(ms);
  return `${two(d.getHours())}:${two(d.getMinutes())}`;
}
export function date(ms: number): string {
  const d = new Date(ms);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}
export const moment = (ms: number) => `${date(ms)} ${clock(ms)}`;
// The number of a request, which its id carries in the first six bytes (version 8); of every other id its beginning.
export const shortId = (id: string) => (id[14] === "8" ? String(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)) : id.slice(0, 8));
// A sentence of the service, with ids as people say them.
export const sentence = (text: string) => text.replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, shortId);
