// Starts the page: sections, language, light or dark, user, and the state of the connection in the header.
import { EventsView } from "./events.js";
import { LogView } from "./log.js";
import { PlantView } from "./plant.js";
import { QueueView } from "./queue.js";
import { RecipesView } from "./recipes.js";
import { TagsView } from "./tags.js";
import { problems } from "./attention.js";
import { fill, h, setText, toast } from "./dom.js";
import { loadSession, logIn, logOut, session, showUser } from "./session.js";
import { store } from "./store.js";
import { currentLanguage, formatSpan, formatTime, recall, remember, setLanguage, t } from "./text.js";

const element = id => document.getElementById(id);
const views = {
  tags: new TagsView(settings => go("tags", settings, true)),
  plant: new PlantView(),
  queue: new QueueView(settings => go("queue", settings)),
  recipes: new RecipesView(),
  events: new EventsView(),
  log: new LogView(),
};
const links = {};
let current = null;

// The address holds the section and its settings, so that a display can open on them: #tags?filter=press&bad=1&tag=press.speed
function go(name, settings, isReplaced = false) {
  const query = new URLSearchParams(Object.entries(settings).filter(([, value]) => value !== "")).toString();
  const hash = `#${name}${query ? `?${query}` : ""}`;
  if (hash === location.hash) return;
  if (isReplaced) history.replaceState(null, "", hash);
  else location.hash = hash;
}

function route() {
  const [name, query] = location.hash.slice(1).split("?");
  const wanted = Object.hasOwn(views, name) ? name : "tags";
  if (wanted !== current) {
    if (current !== null) views[current].hide?.();
    current = wanted;
    fill(element("main"), views[current].element);
    for (const link of Object.values(links)) link.removeAttribute("aria-current");
    links[current].setAttribute("aria-current", "page");
    links[current].scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  views[current].show(new URLSearchParams(query));
}

function createLinks() {
  for (const name of Object.keys(views)) links[name] = h("a", { href: `#${name}` }, h("span"), h("i", { class: "number", hidden: true }));
  links.events.hidden = true;
  fill(element("nav"), Object.values(links));
}

function setNumber(name, number, level) {
  const place = links[name].lastChild;
  place.hidden = number === 0;
  place.className = `number ${level}`;
  setText(place, String(number));
}

function translate() {
  for (const place of document.querySelectorAll("[data-t]")) setText(place, t(place.dataset.t));
  for (const place of document.querySelectorAll("[data-label]")) place.setAttribute("aria-label", t(place.dataset.label));
  for (const [name, link] of Object.entries(links)) setText(link.firstChild, t(`nav.${name}`));
  element("nav").setAttribute("aria-label", t("nav.label"));
  element("language").value = currentLanguage();
  for (const view of Object.values(views)) view.translate();
  showTheme();
  showUser(element("user"), element("session"));
  showConnection();
  showStatus();
}

function showTheme() {
  const theme = recall("theme") ?? "auto";
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const button = element("theme");
  setText(button, { auto: "◐", light: "☀", dark: "☾" }[theme]);
  button.title = `${t("theme")}: ${t(`theme.${theme}`)}`;
  button.setAttribute("aria-label", button.title);
}

function nextTheme() {
  const themes = ["auto", "light", "dark"];
  remember("theme", themes[(themes.indexOf(recall("theme") ?? "auto") + 1) % themes.length]);
  showTheme();
}

function toggleMenu(isOpen = !element("settings").classList.contains("open")) {
  element("settings").classList.toggle("open", isOpen);
  element("menu").setAttribute("aria-expanded", isOpen);
}

function showConnection() {
  const { connection, lostAt, refusal } = store;
  const place = element("connection");
  place.className = `connection ${connection}`;
  setText(place, t(connection));
  document.body.classList.toggle("stale", connection === "lost");
  const notice = element("notice");
  if (connection === "lost") {
    notice.className = "lost";
    setText(notice, refusal ?? t("lostNotice", { time: formatTime(lostAt) }));
    notice.hidden = false;
  } else if (notice.className === "lost") notice.hidden = true;
}

function onConnection(before) {
  showConnection();
  if (store.connection !== "live" || before !== "lost") return;
  renewSession();
  const notice = element("notice");
  notice.className = "back";
  setText(notice, t("back", { span: formatSpan((Date.now() - store.lostAt) / 1000) }));
  notice.hidden = false;
  setTimeout(() => {
    if (notice.className === "back") notice.hidden = true;
  }, 8000);
}

function showStatus() {
  const { status } = store;
  if (!status) return;
  setText(element("site"), status.site);
  element("site").title = [status.tenant, `PlantRuntime ${status.version}`].filter(Boolean).join(" · ");
  document.title = `${status.site} – ${t(`health.${status.health}`)}`;
  const health = element("health");
  health.className = `badge ${{ ok: "good", degraded: "warn", standby: "warn" }[status.health] ?? "bad"}`;
  setText(health, t(`health.${status.health}`));
  const list = problems(status);
  setNumber("plant", list.filter(item => item.kind === "device" || item.kind === "sink").length, "bad");
  setNumber("recipes", list.filter(item => item.kind === "recipe").length, "bad");
  setNumber("queue", status.sinks.reduce((sum, sink) => sum + (sink.dead_lettered > 0 ? 1 : 0), 0), "warn");
}

function showClock() {
  setText(element("clock"), store.status ? formatTime(store.now) : "");
}

async function toggleSession() {
  try {
    if (session.user) {
      await logOut();

      // Nothing that the user could read stays in the page.
      location.reload();
    } else if (await logIn()) await begin();
  } catch (error) {
    toast(error.message, true);
  }
}

// Finds out who the user is, asks for a login if nothing may be read without, and connects.
async function begin() {
  for (let pause = 500; ; pause = Math.min(pause * 2, 3000)) {
    try {
      await loadSession();
      break;
    } catch {
      setText(element("connection"), t("unreachable"));
      await new Promise(resolve => setTimeout(resolve, pause));
    }
  }

  if (session.role === null) await logIn();
  translate();
  store.start();
  links.events.hidden = !await EventsView.exists();
  links[current].scrollIntoView({ block: "nearest", inline: "nearest" });
}

// The session has ended: what the user could read does not stay in the page.
async function onDenied() {
  const before = session.role;
  await loadSession().catch(() => {});
  if (before !== null && session.role === null) location.reload();
  else setTimeout(begin, 1000);
}

// A session can have ended while there was no connection.
async function renewSession() {
  try {
    const before = JSON.stringify(session);
    await loadSession();
    if (JSON.stringify(session) !== before) translate();
  } catch {
    // The stream tells when the host answers again.
  }
}

createLinks();
store.addEventListener("connection", event => onConnection(event.detail));
store.addEventListener("status", showStatus);
store.addEventListener("values", showClock);
store.addEventListener("values", () => setNumber("tags", store.tags.reduce((sum, tag) => sum + (tag.quality === "GOOD" ? 0 : 1), 0), "bad"));
store.addEventListener("denied", onDenied);
setInterval(showClock, 1000);
addEventListener("hashchange", route);
element("language").addEventListener("change", event => {
  setLanguage(event.target.value);
  translate();
  route();
});
element("theme").addEventListener("click", nextTheme);
element("menu").addEventListener("click", () => toggleMenu());
addEventListener("click", event => {
  if (!event.target.closest("#settings, #menu")) toggleMenu(false);
});
element("session").addEventListener("click", toggleSession);
addEventListener("keydown", event => {
  if (event.key === "Escape") toggleMenu(false);
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input:not([type=checkbox]), select, dialog")) return;
  event.preventDefault();
  if (current !== "tags") location.hash = "#tags";
  views.tags.focusFilter();
});
translate();
route();
begin();
