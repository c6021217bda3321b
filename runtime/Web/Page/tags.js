// The tag table with its filter, and beside it the selected tag: value, plot and writing. Only the rows in sight exist as elements, so
// 10,000 tags cost no more than 40.
import { fill, h, setText } from "./dom.js";
import { store } from "./store.js";
import { TagDetail } from "./detail.js";
import { Attention } from "./attention.js";
import { formatTime, formatValue, t } from "./text.js";

const extraRows = 6;
const flashFor = 1500;

export class TagsView {
  #filter = h("input", { type: "search", id: "filter", spellcheck: false, autocomplete: "off", oninput: () => this.#changeFilter() });
  #onlyBad = h("input", { type: "checkbox", id: "only-bad", onchange: () => this.#changeFilter() });
  #onlyBadText = h("span");
  #count = h("span", { class: "muted", role: "status" });
  #above = h("td");
  #below = h("td");
  #body = h("tbody", { onclick: event => this.#click(event) });
  #head = h("tr");
  #table = h("table", { class: "tags", role: "grid" }, h("thead", {}, this.#head), this.#body);
  #empty = h("p", { class: "empty", hidden: true });
  #scroll = h("div", { class: "scroll", tabIndex: 0, onscroll: () => this.#draw(), onkeydown: event => this.#key(event) }, this.#table, this.#empty);
  #detail = new TagDetail(() => this.#close());
  #attention = new Attention();
  #rows = [];
  #shown = [];
  #selected = null;
  #go;
  #pending = false;
  #hasChosen = false;

  /** @param go Called with the settings of the view when they change, for the address of the page. */
  constructor(go) {
    this.#go = go;
    this.element = h("section", { class: "view tags-view" },
      h("div", { class: "list" },
        h("div", { class: "bar" }, this.#filter, h("label", { class: "check" }, this.#onlyBad, this.#onlyBadText), this.#count),
        this.#scroll),
      h("aside", {}, this.#detail.element, this.#attention.element));
    new ResizeObserver(() => this.#draw()).observe(this.#scroll);
    store.addEventListener("tags", () => this.#refilter());
    store.addEventListener("values", event => this.#onValues(event.detail));
    setInterval(() => this.#draw(), 1000);
  }

  /** Applies the settings of the address. */
  show(settings) {
    const filter = settings.get("filter") ?? "";
    if (this.#filter.value !== filter) this.#filter.value = filter;
    this.#onlyBad.checked = settings.get("bad") === "1";
    this.#selected = settings.get("tag");
    this.#hasChosen ||= this.#selected !== null;
    this.#refilter();
    this.#showDetail();
  }

  hide() {
    this.#detail.show(null);
  }

  translate() {
    this.#filter.placeholder = t("filterTags");
    this.#filter.setAttribute("aria-label", t("filter"));
    setText(this.#onlyBadText, t("onlyBad"));
    fill(this.#head, ["device", "tag", "value", "unit", "quality", "changed"].map(key => h("th", { scope: "col", class: `c-${key}` }, t(key))));
    this.#table.setAttribute("aria-label", t("tagTable"));
    this.#scroll.setAttribute("aria-label", t("tagTable"));
    this.#detail.translate();
    this.#attention.translate();
    for (const row of this.#rows) row.key = null;
    this.#draw();
  }

  /** Selects a tag by its name; null for none. */
  select(id) {
    this.#selected = id;
    this.#save();
    this.#showDetail();
    this.#draw();
  }

  /** Puts the cursor into the filter. */
  focusFilter() {
    this.#filter.focus();
    this.#filter.select();
  }

  #close() {
    this.select(null);
    this.#scroll.focus();
  }

  #showDetail() {
    const tag = store.tags.find(candidate => candidate.id === this.#selected) ?? null;
    this.element.classList.toggle("has-detail", tag !== null);
    this.#detail.show(tag);
  }

  #save() {
    this.#go({ filter: this.#filter.value, bad: this.#onlyBad.checked ? "1" : "", tag: this.#selected ?? "" });
  }

  #changeFilter() {
    this.#save();
    this.#scroll.scrollTop = 0;
    this.#refilter();
  }

  #onValues(changed) {
    // The order depends on qualities; only a bad tag that turned good, or a good one that turned bad, moves.
    const isMoved = changed.some(tag => (tag.quality !== "GOOD") !== (tag.wasBad ?? null));
    if (isMoved) this.#refilter();
    else this.#draw();
    this.#detail.update();

    // A wide screen has room for a plot from the beginning.
    if (this.#hasChosen || !this.element.isConnected || !matchMedia("(min-width: 1100px)").matches) return;
    this.#hasChosen = true;
    const first = this.#shown.find(tag => typeof tag.value === "number");
    if (first) this.select(first.id);
  }

  #refilter() {
    const words = this.#filter.value.toLowerCase().split(/\s+/).filter(word => word);
    const bad = [];
    const good = [];
    let badCount = 0;
    for (const tag of store.tags) {
      tag.wasBad = tag.quality !== "GOOD";
      if (tag.wasBad) badCount++;
      if (!words.every(word => tag.words.includes(word))) continue;
      if (tag.wasBad) bad.push(tag);
      else if (!this.#onlyBad.checked) good.push(tag);
    }

    this.#shown = bad.concat(good);
    const shown = t("count", { shown: this.#shown.length, all: store.tags.length });
    setText(this.#count, badCount > 0 ? `${shown}, ${t("countBad", { bad: badCount })}` : shown);
    this.#count.classList.toggle("bad", badCount > 0);
    this.#empty.hidden = this.#shown.length > 0 || store.tags.length === 0;
    setText(this.#empty, t(this.#onlyBad.checked && words.length === 0 ? "noBad" : "noTags"));
    this.#table.setAttribute("aria-rowcount", this.#shown.length + 1);
    if (this.#selected && !this.#detail.hasTag) this.#showDetail();
    this.#draw();
  }

  #draw() {
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      if (this.element.isConnected) this.#drawNow();
    });
  }

  #drawNow() {
    const height = parseFloat(getComputedStyle(this.#scroll).getPropertyValue("--row")) || 28;
    const count = Math.min(this.#shown.length, Math.ceil(this.#scroll.clientHeight / height) + extraRows);
    const first = Math.max(0, Math.min(Math.floor(this.#scroll.scrollTop / height) - extraRows / 2, this.#shown.length - count));
    while (this.#rows.length < count) this.#rows.push(new Row());
    if (this.#body.children.length !== count + 2) {
      fill(this.#body, h("tr", { class: "space", "aria-hidden": "true" }, this.#above), this.#rows.slice(0, count).map(row => row.element),
        h("tr", { class: "space", "aria-hidden": "true" }, this.#below));
    }

    this.#above.style.height = `${first * height}px`;
    this.#below.style.height = `${(this.#shown.length - first - count) * height}px`;
    const now = performance.now();
    for (let i = 0; i < count; i++) {
      const tag = this.#shown[first + i];
      this.#rows[i].show(tag, first + i, tag.id === this.#selected, now);
    }
  }

  #click(event) {
    const id = event.target.closest("tr")?.dataset.tag;
    if (id) this.select(id);
  }

  #key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
    if (!(event.key in steps) || event.ctrlKey || event.altKey || this.#shown.length === 0) return;
    event.preventDefault();
    const at = this.#shown.findIndex(tag => tag.id === this.#selected);
    const next = Math.max(0, Math.min(this.#shown.length - 1, at + steps[event.key]));
    const height = parseFloat(getComputedStyle(this.#scroll).getPropertyValue("--row")) || 28;
    const top = next * height;
    const visible = this.#scroll.clientHeight - height;
    if (top < this.#scroll.scrollTop) this.#scroll.scrollTop = top;
    else if (top + height > this.#scroll.scrollTop + visible) this.#scroll.scrollTop = top + height - visible;
    this.select(this.#shown[next].id);
  }
}

// One row in sight; it shows another tag when the table is scrolled.
class Row {
  #device = h("td", { class: "c-device" });
  #name = h("span", { class: "name" });
  #below = h("span", { class: "below" });
  #description = h("span", { class: "description" });
  #value = h("td", { class: "c-value" });
  #unit = h("td", { class: "c-unit" });
  #quality = h("td", { class: "c-quality" });
  #time = h("td", { class: "c-changed" });
  #flashed = 0;
  key = null;

  element = h("tr", {}, this.#device, h("td", { class: "c-tag" }, this.#name, this.#below, this.#description),
    this.#value, this.#unit, this.#quality, this.#time);

  show(tag, index, isSelected, now) {
    const { element } = this;
    if (this.key !== tag) {
      this.key = tag;
      this.#flashed = tag.changedAt;
      element.dataset.tag = tag.id;
      setText(this.#device, tag.device);
      setText(this.#name, tag.name);
      setText(this.#unit, tag.unit ?? "");
      element.classList.remove("flash-a", "flash-b");
    }

    element.setAttribute("aria-rowindex", index + 2);
    element.setAttribute("aria-selected", isSelected);
    element.classList.toggle("selected", isSelected);
    const isBad = tag.quality !== "GOOD";
    element.classList.toggle("bad", isBad);
    const text = formatValue(tag.value);
    if (this.#value.textContent !== text) {
      this.#value.textContent = text;
      this.#value.title = typeof tag.value === "number" ? String(tag.value) : text;
    }

    setText(this.#quality, isBad ? tag.quality : "");
    setText(this.#description, (isBad && tag.reason) || tag.description || "");
    setText(this.#below, [tag.device, isBad ? tag.quality : tag.unit].filter(Boolean).join(" · "));
    this.#quality.title = isBad ? [t(`q.${tag.quality}`), tag.reason].filter(Boolean).join(": ") : "";
    setText(this.#time, formatTime(tag.time));
    if (tag.changedAt === this.#flashed) return;

    // Two equal animations take turns, because one that is set again does not start again.
    this.#flashed = tag.changedAt;
    if (now - tag.changedAt > flashFor) return;
    const isFirst = element.classList.contains("flash-a");
    element.classList.toggle("flash-a", !isFirst);
    element.classList.toggle("flash-b", isFirst);
  }
}
