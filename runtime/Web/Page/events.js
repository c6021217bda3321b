// Alerts of the host, which operators acknowledge, and the events that a sink has stored: start, end, duration; by time, page by page.
import { get, post } from "./api.js";
import { fill, h, toast } from "./dom.js";
import { can } from "./session.js";
import { store } from "./store.js";
import { formatSpan, formatTime, t } from "./text.js";

const every = 5000;
const page = 100;

export class EventsView {
  #alertTitle = h("h2");
  #alertTable = h("div", { class: "scrollx" });
  #eventTitle = h("h2");
  #onlyOpen = h("input", { type: "checkbox", onchange: () => this.#reload() });
  #onlyOpenText = h("span");
  #from = h("input", { type: "datetime-local", onchange: () => this.#reload() });
  #to = h("input", { type: "datetime-local", onchange: () => this.#reload() });
  #fromText = h("span");
  #toText = h("span");
  #eventTable = h("div", { class: "scrollx" });
  #more = h("button", { type: "button", hidden: true, onclick: () => this.#loadMore() });
  #alerts = [];
  #events = [];
  #next = null;
  #hasSink = true;
  #isLong = false;
  #timer = null;

  constructor() {
    this.element = h("section", { class: "view page" }, this.#alertTitle, this.#alertTable, this.#eventTitle,
      h("div", { class: "bar" }, h("label", { class: "check" }, this.#onlyOpen, this.#onlyOpenText),
        h("label", { class: "check" }, this.#fromText, this.#from), h("label", { class: "check" }, this.#toText, this.#to)),
      this.#eventTable, h("div", { class: "buttons" }, this.#more));
  }

  /** True if the host has events. */
  static async exists() {
    try {
      await get("api/events?limit=1");
      return true;
    } catch {
      return false;
    }
  }

  show() {
    this.#load();
    this.#timer ??= setInterval(() => this.#load(), every);
  }

  hide() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  translate() {
    this.#alertTitle.textContent = t("alerts");
    this.#eventTitle.textContent = t("nav.events");
    this.#onlyOpenText.textContent = t("onlyOpen");
    this.#fromText.textContent = t("from");
    this.#toText.textContent = t("to");
    this.#more.textContent = t("more");
    this.#draw();
  }

  #reload() {
    this.#isLong = false;
    this.#load();
  }

  async #load() {
    if (store.connection === "lost") return;
    try {
      this.#alerts = await get("api/alerts").catch(() => []);

      // A list that was continued stays as it is, so that it does not move while it is read.
      if (!this.#isLong) this.#take(await get(`api/events?${this.#query(null)}`), []);
      this.#draw();
    } catch (error) {
      if (error.status) fill(this.#eventTable, h("p", { class: "error" }, error.message));
    }
  }

  async #loadMore() {
    try {
      this.#isLong = true;
      this.#take(await get(`api/events?${this.#query(this.#next)}`), this.#events);
      this.#draw();
    } catch (error) {
      toast(error.message, true);
    }
  }

  #take(answer, before) {
    this.#events = before.concat(Array.isArray(answer) ? answer : answer.events);
    this.#next = answer.next ?? null;
    this.#hasSink = answer.sink !== null;
  }

  #query(after) {
    const query = new URLSearchParams({ limit: page });
    if (this.#onlyOpen.checked) query.set("open", "true");
    if (this.#from.value) query.set("from", new Date(this.#from.value).toISOString());
    if (this.#to.value) query.set("to", new Date(this.#to.value).toISOString());
    if (after) query.set("after", after);
    return query;
  }

  #draw() {
    const focused = document.activeElement?.dataset?.key;
    fill(this.#alertTable, this.#alerts.length === 0 ? h("p", { class: "empty" }, t("noAlerts"))
      : table(["start", "end", "duration", "kind", "part", "reason", "acknowledged"], this.#alerts.map(alert => h("tr", {}, ...times(alert),
        h("td", {}, alert.kind), h("td", {}, alert.subject), h("td", { class: "reason" }, alert.reason), h("td", {}, this.#acknowledged(alert))))));
    if (focused) this.#alertTable.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    fill(this.#eventTable, this.#events.length === 0 ? h("p", { class: "empty" }, t(this.#hasSink ? "noEvents" : "noEventSink"))
      : table(["start", "end", "duration", "device", "tag"], this.#events.map(event => h("tr", {}, ...times(event),
        h("td", {}, event.device ?? ""), h("td", {}, event.tag ?? "")))));
    this.#more.hidden = this.#next === null;
  }

  #acknowledged(alert) {
    if (alert.acknowledged_by) return `${alert.acknowledged_by} ${alert.acknowledged ? formatTime(alert.acknowledged) : ""}`;
    if (!can("operator")) return "–";
    return h("button", { type: "button", "data-key": `alert:${alert.id}`, onclick: () => this.#acknowledge(alert.id) }, t("acknowledge"));
  }

  async #acknowledge(id) {
    try {
      await post(`api/alerts/${encodeURIComponent(id)}/acknowledge`);
      await this.#load();
    } catch (error) {
      toast(error.message, true);
    }
  }
}

const times = ({ start, end, duration_seconds: duration }) => [
  h("td", { class: "nowrap" }, formatTime(start)),
  h("td", { class: "nowrap" }, end ? formatTime(end) : h("span", { class: "badge warn" }, t("open"))),
  h("td", { class: "nowrap" }, formatSpan(duration ?? ((end ? Date.parse(end) : store.now) - Date.parse(start)) / 1000)),
];

// On a phone each row is a block, whose cells have the heads as labels.
function table(heads, rows) {
  for (const row of rows) [...row.cells].forEach((cell, i) => cell.dataset.label = t(heads[i]));
  return h("table", { class: "grid stack" },
    h("thead", {}, h("tr", {}, heads.map(key => h("th", { scope: "col" }, t(key))))), h("tbody", {}, rows));
}
