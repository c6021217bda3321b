// The last lines of the log, newest at the bottom.
import { fill, h } from "./dom.js";
import { store } from "./store.js";
import { formatClock, t } from "./text.js";

export class LogView {
  #filter = h("input", { type: "search", spellcheck: false, autocomplete: "off", oninput: () => this.#draw() });
  #onlyWarnings = h("input", { type: "checkbox", onchange: () => this.#draw() });
  #onlyWarningsText = h("span");
  #follow = h("input", { type: "checkbox", checked: true, onchange: () => this.#scroll() });
  #followText = h("span");
  #lines = h("div", { class: "lines", role: "log", tabIndex: 0 });

  constructor() {
    this.element = h("section", { class: "view log-view" },
      h("div", { class: "bar" }, this.#filter, h("label", { class: "check" }, this.#onlyWarnings, this.#onlyWarningsText),
        h("label", { class: "check" }, this.#follow, this.#followText)),
      this.#lines);
    store.addEventListener("log", () => this.#draw());
  }

  show() {
    this.#draw();
  }

  translate() {
    this.#filter.placeholder = t("filter");
    this.#filter.setAttribute("aria-label", t("filter"));
    this.#lines.setAttribute("aria-label", t("nav.log"));
    this.#onlyWarningsText.textContent = t("onlyWarnings");
    this.#followText.textContent = t("follow");
    this.#draw();
  }

  #draw() {
    if (!this.element.isConnected) return;
    const words = this.#filter.value.toLowerCase().split(/\s+/).filter(word => word);
    const shown = store.lines.filter(({ level, line }) => (!this.#onlyWarnings.checked || level === "WARN" || level === "ERROR")
      && words.every(word => line.toLowerCase().includes(word)));
    fill(this.#lines, shown.length === 0 ? h("p", { class: "empty" }, t("noLines")) : shown.map(({ level, line }) => {
      // "2026-11-30T08:00:00.123Z WARN  RETRY sink=…": the level is shown from its own field.
      const [, time, , text] = /^(\S+)\s+(\S+)\s+(.*)$/s.exec(line) ?? [null, "", "", line];
      return h("div", { class: `line ${level.toLowerCase()}` }, h("time", { dateTime: time }, localTime(time)), h("b", {}, level), h("span", {}, text));
    }));
    this.#scroll();
  }

  #scroll() {
    if (this.#follow.checked) this.#lines.scrollTop = this.#lines.scrollHeight;
  }
}

// The time of day where the page is read, as everywhere on the page; the log file has UTC.
function localTime(text) {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? "" : `${formatClock(time)}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
