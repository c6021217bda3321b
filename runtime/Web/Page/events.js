// Events and alarms, if the host has them: start, end, and who acknowledged.
import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { store } from "./store.js";
import { formatSpan, formatTime, t } from "./text.js";

const every = 5000;

export class EventsView {
  #onlyOpen = h("input", { type: "checkbox", onchange: () => this.#draw() });
  #onlyOpenText = h("span");
  #table = h("div", { class: "scrollx" });
  #list = [];
  #timer = null;

  constructor() {
    this.element = h("section", { class: "view page" }, h("div", { class: "bar" }, h("label", { class: "check" }, this.#onlyOpen, this.#onlyOpenText)), this.#table);
  }

  /** True if the host answers. */
  static async exists() {
    try {
      return Array.isArray(await get("api/events"));
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
    this.#onlyOpenText.textContent = t("onlyOpen");
    this.#draw();
  }

  async #load() {
    if (store.connection === "lost") return;
    try {
      this.#list = await get("api/events");
      this.#draw();
    } catch (error) {
      if (error.status) fill(this.#table, h("p", { class: "error" }, error.message));
    }
  }

  #draw() {
    const shown = this.#list.filter(event => !this.#onlyOpen.checked || !event.end);
    if (shown.length === 0) return void fill(this.#table, h("p", { class: "empty" }, t("noEvents")));
    fill(this.#table, h("table", { class: "grid" },
      h("thead", {}, h("tr", {}, ["start", "end", "duration", "kind", "device", "tag", "acknowledged"].map(key => h("th", { scope: "col" }, t(key))))),
      h("tbody", {}, shown.map(event => h("tr", { class: event.end ? null : "open" },
        h("td", { class: "nowrap" }, formatTime(event.start)),
        h("td", { class: "nowrap" }, event.end ? formatTime(event.end) : h("span", { class: "badge warn" }, t("open"))),
        h("td", { class: "nowrap" }, formatSpan(event.duration_seconds ?? (store.now - Date.parse(event.start)) / 1000)),
        h("td", {}, event.kind ?? ""), h("td", {}, event.device ?? ""), h("td", {}, event.tag ?? ""), h("td", {}, event.acknowledged_by ?? "–"))))));
  }
}
