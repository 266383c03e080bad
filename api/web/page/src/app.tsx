// The frame around the pages: who looks, which page, how old the news are.
import { Component, render, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { logOut, openLink } from "./ask";
import { HealthPage } from "./health";
import { HistoryPage } from "./history";
import { LibraryPage } from "./library";
import { MediaPage } from "./media";
import { model, useModel } from "./model";
import { PeoplePage, peopleWanted } from "./people";
import { QueuePage } from "./queue";
import { closeDrawer, Drawer, Message, QuestionBox, screen } from "./ui";
import { clock, span, words } from "./words";

const pages = { library: LibraryPage, queue: QueuePage, people: PeoplePage, media: MediaPage, history: HistoryPage, health: HealthPage };
type PageName = keyof typeof pages;
const pageNames = Object.keys(pages) as PageName[];
const pageOf = (hash: string): PageName => pageNames.find((name) => `#${name}` === hash) ?? "library";

// ---- colours

const themes = ["auto", "light", "dark"] as const;
type Theme = (typeof themes)[number];
function kept(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem("colours")) ?? "auto";
  } catch {
    return "auto";
  }
}
function wear(theme: Theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("colours", theme);
  } catch {
    return;  // a browser that keeps nothing: until it is closed
  }
}

function ThemeSwitch() {
  const [theme, setTheme] = useState(kept());
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  return <button type="button" class="quiet" title={words.switchTheme(words.themes[next]!)} onClick={() => { wear(next); setTheme(next); }}>{words.theme[theme]}</button>;
}

// ---- news

function News() {
  const m = useModel();
  if (m.isOld()) return null;
  return <span class="news">{words.newsAge(((m.now() - m.news) / 1000).toFixed(0) + " s")}</span>;
}

function OldNews() {
  const m = useModel();
  const [patient, setPatient] = useState(false);  // just after the start nothing is late yet
  useEffect(() => {
    const timer = setTimeout(() => setPatient(true), 2000);
    return () => clearTimeout(timer);
  }, []);
  if (!m.isOld() || !patient) return null;
  return <p class="old-news" role="alert">{m.news === 0 ? words.neverNews : words.noNews(clock(m.news - m.ahead), span(m.now() - m.news))}</p>;
}

// ---- signing in

function SignIn() {
  return (
    <main class="sign-in" id="page" tabIndex={-1}>
      <h1>{words.signInTitle}</h1>
      {model.linkBad ? <p class="trouble" role="alert">{words.linkBad}</p> : null}
      <p>{words.signInShared}</p>
      <pre>rsm web login</pre>
      <p>{words.signInOwn}</p>
      <pre>rsm web</pre>
      <p>{words.signInView}</p>
      <pre>rsm web login --view</pre>
    </main>
  );
}

function Header(props: { page: PageName }) {
  const m = useModel();
  const waiting = m.all("queue").reduce((sum, q) => sum + q.count, 0);
  const counts: Partial<Record<PageName, number>> = { queue: waiting, people: peopleWanted() };
  const who = m.me;
  return (
    <header>
      <a class="skip" href="#page" onClick={(e) => { e.preventDefault(); document.getElementById("page")?.focus(); }}>{words.skip}</a>
      <strong class="product">{words.product}</strong>
      <nav aria-label={words.navigation}>
        {pageNames.map((name) => (
          <a key={name} href={`#${name}`} aria-current={name === props.page ? "page" : undefined} class={name === "people" && counts.people ? "wanted" : ""}>{words.pages[name]}{counts[name] ? ` ${counts[name]}` : ""}</a>
        ))}
      </nav>
      <span class="who">
        <News />
        {who ? <span>{who.user}{who.view ? ` (${words.looksOnly})` : who.administrator ? ` (${words.administrator})` : ""}</span> : null}
        <ThemeSwitch />
        <button type="button" class="quiet" onClick={() => { closeDrawer(); void logOut(); }}>{words.logOut}</button>
      </span>
    </header>
  );
}

// A fault of one page is said, and the others go on.
class Guard extends Component<{ children: ComponentChildren }, { fault?: string }> {
  static getDerivedStateFromError(error: Error) {
    return { fault: error.message };
  }
  render() {
    return this.state.fault ? <p class="trouble" role="alert">{this.state.fault}</p> : this.props.children;
  }
}

function App() {
  const m = useModel();
  const [page, setPage] = useState<PageName>(pageOf(location.hash));
  useEffect(() => {
    const go = () => {
      setPage(pageOf(location.hash));
      screen.drawer = null;
      screen.message = "";
      document.getElementById("page")?.focus();
    };
    addEventListener("hashchange", go);
    return () => removeEventListener("hashchange", go);
  }, []);
  useEffect(() => {
    document.title = words.pageTitle(words.pages[page]);
  }, [page]);
  if (m.signedIn === false) return <SignIn />;
  if (m.signedIn === null && m.me === null) return <main id="page"><p>{words.connecting} ...</p></main>;
  const Page = pages[page];
  return (
    <div class={m.isOld() ? "old" : ""}>
      <Header page={page} />
      <OldNews />
      {m.me?.lost ? <p class="old-news" role="alert">{words.logInAgain}</p> : null}
      <div class="body">
        <main id="page" tabIndex={-1}>
          <h1 class="only-heard">{words.pages[page]}</h1>
          <Guard key={page}><Page /></Guard>
        </main>
        <Drawer />
      </div>
      <Message />
      <QuestionBox />
    </div>
  );
}

// The secret of a link leaves the address at once.
async function begin() {
  wear(kept());
  const secret = /^#t=([0-9a-f]{32})$/.exec(location.hash)?.[1];
  if (secret) {
    history.replaceState(null, "", "/");
    const opened = await openLink(secret);
    model.linkBad = !opened;
  }
  await model.askMe();
  if (model.linkBad && model.signedIn) model.linkBad = false;
  render(<App />, document.getElementById("app")!);
  if (model.signedIn !== false) model.start();
}
void begin();
