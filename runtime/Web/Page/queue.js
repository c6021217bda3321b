// The queue: what waits for each sink, the account of each route, and the dead letters with what engineers may do to them.
import { get, post } from "./api.js";
import { ask, fill, h, toast } from "./dom.js";
import { can } from "./session.js";
import { store } from "./store.js";
import { formatBytes, formatCount, formatSpan, formatTime, t } from "./text.js";

const every = 3000;
const page = 100;
const columns = ["waiting", "deadLetters", "produced", "delivered", "expired", "dropped", "damaged"];
const fields = ["waiting", "dead_lettered", "produced", "delivered", "expired", "dropped", "damaged"];
const losses = ["dead_lettered", "expired", "dropped", "damaged"];

export class QueueView {
  #problem = h("p", { class: "error", role: "alert", hidden: true });
  #sinks = h("div", { class: "scrollx" });
  #letters = h("div");
  #sink = null;
  #list = null;
  #chosen = new Set();
  #count = 0;
  #timer = null;

  constructor(go) {
    this.go = go;
    this.element = h("section", { class: "view page" }, this.#problem, this.#sinks, this.#letters);
  }

  show(settings) {
    const sink = settings.get("sink");
    if (sink !== this.#sink) {
      this.#sink = sink;
      this.#chosen.clear();
      fill(this.#letters);
      if (sink) this.#loadLetters();
    }

    this.#load();
    this.#timer ??= setInterval(() => this.#load(), every);
  }

  hide() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  translate() {
    this.#draw();
    if (this.#sink) this.#loadLetters();
  }

  async #load() {
    if (store.connection === "lost") return;
    try {
      this.#list = await get("api/queue");
      this.#draw();
      const count = this.#list.sinks.find(sink => sink.sink === this.#sink)?.dead_letters ?? 0;

      // New letters come at the end; while more than a page is there, they change nothing in it.
      if (this.#sink && count !== this.#count && (count < this.#count || this.#count < page)) await this.#loadLetters();
    } catch (error) {
      if (error.status) this.#show(error.message);
    }
  }

  #show(problem) {
    this.#problem.hidden = !problem;
    this.#problem.textContent = problem ?? "";
  }

  #draw() {
    const list = this.#list;
    if (list === null) return;
    this.#show(list.problem);
    if (list.sinks.length === 0) return void fill(this.#sinks, h("p", { class: "empty" }, t("noSinks")));
    const focused = document.activeElement?.dataset?.key;
    fill(this.#sinks, h("table", { class: "grid" },
      h("caption", {}, t("account")),
      h("thead", {}, h("tr", {}, ["sink", "state", "recipe", ...columns, "oldest", "size"]
        .map((key, i) => h("th", { scope: "col", class: i > 2 ? "num" : null }, t(key))))),
      h("tbody", {}, list.sinks.map(sink => this.#rows(sink)))));
    if (focused) this.#sinks.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #rows(sink) {
    const level = { Running: "good", Ready: "good", Retrying: "warn", Forgotten: "" }[sink.state] ?? "bad";
    const routes = sink.routes.length > 0 ? sink.routes : [null];
    return routes.map((route, i) => h("tr", { class: i === 0 ? "first" : null },
      i > 0 ? h("td", { colSpan: 2 }) : [
        h("th", { scope: "row" }, sink.sink, sink.dead_letters > 0 ? [" ", h("button", {
          type: "button", class: "link", "data-key": `letters:${sink.sink}`, "aria-expanded": String(this.#sink === sink.sink),
          onclick: () => this.go({ sink: this.#sink === sink.sink ? "" : sink.sink }),
        }, `${formatCount(sink.dead_letters)} ${t("deadLetters")}`)] : null),
        h("td", {}, h("span", { class: `badge ${level}`, title: sink.reason ?? "" }, sink.state))],
      h("td", { title: route?.recipe ?? "" }, route?.recipe.replace(/^recipes\//, "") ?? "–"),
      fields.map(field => h("td", { class: route && losses.includes(field) && route[field] > 0 ? "num bad" : "num" }, route ? formatCount(route[field]) : "")),
      i > 0 ? h("td", { colSpan: 2 }) : [
        h("td", { class: "num" }, formatSpan(sink.oldest_seconds)),
        h("td", { class: "num" }, sink.delivery === "direct" ? "–" : formatBytes(sink.bytes))]));
  }

  async #loadLetters() {
    const sink = this.#sink;
    try {
      const letters = await get(`api/queue/letters?sink=${encodeURIComponent(sink)}`);
      if (sink === this.#sink) this.#drawLetters(letters);
    } catch (error) {
      toast(error.message, true);
    }
  }

  #drawLetters(letters) {
    const sink = this.#sink;
    this.#count = this.#list?.sinks.find(candidate => candidate.sink === sink)?.dead_letters ?? letters.length;
    const shown = letters.slice(0, page);
    const focused = document.activeElement?.dataset?.key;
    this.#chosen = new Set(shown.filter(letter => this.#chosen.has(letter.id)).map(letter => letter.id));
    const isEngineer = can("engineer");
    if (shown.length === 0) return void fill(this.#letters, h("h2", {}, t("lettersOf", { sink })), h("p", { class: "empty" }, t("noLetters")));
    const some = [
      h("button", { type: "button", onclick: () => this.#change("retry", [...this.#chosen]) }, t("retrySelected")),
      h("button", { type: "button", class: "danger", onclick: () => this.#change("delete", [...this.#chosen]) }, t("deleteSelected")),
    ];
    const mark = () => some.forEach(button => { button.disabled = this.#chosen.size === 0; });
    mark();
    fill(this.#letters, h("h2", {}, t("lettersOf", { sink })),
      h("div", { class: "bar" }, isEngineer ? some : null,
        isEngineer ? h("button", { type: "button", onclick: () => this.#change("retry", null) }, t("retryAll")) : null,
        isEngineer ? h("button", { type: "button", class: "danger", onclick: () => this.#change("delete", null) }, t("deleteAll")) : null,
        h("button", { type: "button", onclick: () => this.#export() }, t("exportAll"))),
      this.#count > shown.length ? h("p", { class: "muted" }, t("lettersMore", { n: shown.length })) : null,
      h("div", { class: "scrollx" }, h("table", { class: "grid letters" },
        h("thead", {}, h("tr", {}, isEngineer ? h("th", { scope: "col" }, t("select")) : null,
          ["refused", "recipe", "tries", "reason", "record"].map(key => h("th", { scope: "col" }, t(key))))),
        h("tbody", {}, shown.map(letter => h("tr", {},
          isEngineer ? h("td", {}, h("input", {
            type: "checkbox", "data-key": `letter:${letter.id}`, "aria-label": `${t("select")} ${letter.id}`, checked: this.#chosen.has(letter.id),
            onchange: event => {
              if (event.target.checked) this.#chosen.add(letter.id);
              else this.#chosen.delete(letter.id);
              mark();
            },
          })) : null,
          h("td", { class: "nowrap" }, formatTime(letter.refused)), h("td", { class: "nowrap" }, letter.recipe), h("td", { class: "num" }, letter.tries),
          h("td", { class: "reason" }, letter.reason), h("td", {}, h("code", {}, JSON.stringify(letter.record)))))))));
    if (focused?.startsWith("letter:")) this.#letters.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  async #change(action, ids) {
    const sink = this.#sink;
    const n = ids === null ? `${t("all")} (${formatCount(this.#count)})` : ids.length;
    const text = action === "retry" ? "retry" : "delete";
    const answer = await ask(t(`${text}Ask`, { n, sink }), h("p", {}, t(`${text}Note`)), [
      { value: action, text: t(`${text}${ids === null ? "All" : "Selected"}`), class: action === "delete" ? "danger" : "primary" },
      { value: "", text: t("cancel"), autofocus: true }]);
    if (answer !== action) return;
    try {
      const { count } = await post(`api/queue/${action}`, ids === null ? { sink } : { sink, ids });
      toast(t(action === "retry" ? "retried" : "deleted", { n: count }));
      this.#chosen.clear();
      await this.#loadLetters();
      await this.#load();
    } catch (error) {
      toast(error.message, true);
    }
  }

  // Reads all pages and hands them to the browser as one file of JSON lines.
  async #export() {
    const sink = this.#sink;
    try {
      const lines = [];
      for (let after = 0; ;) {
        const letters = await get(`api/queue/letters?sink=${encodeURIComponent(sink)}&after=${after}`);
        if (letters.length === 0) break;
        lines.push(...letters.map(letter => `${JSON.stringify(letter)}\n`));
        after = letters.at(-1).id;
      }

      const address = URL.createObjectURL(new Blob(lines, { type: "application/x-ndjson" }));
      h("a", { href: address, download: `${store.status?.site ?? "site"}-${sink}-dead-letters.jsonl` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    } catch (error) {
      toast(error.message, true);
    }
  }
}
