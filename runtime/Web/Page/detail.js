// The selected tag: its value, its plot, its range, and a form to write it for those who may.
import { post } from "./api.js";
import { ask, fill, h, setText, toast } from "./dom.js";
import { Plot } from "./plot.js";
import { can } from "./session.js";
import { store } from "./store.js";
import { formatNumber, formatTime, formatValue, parseNumber, t } from "./text.js";

export class TagDetail {
  #close = h("button", { type: "button", class: "quiet close" });
  #title = h("h2");
  #description = h("p", { class: "muted" });
  #value = h("span", { class: "big" });
  #unit = h("span", { class: "unit" });
  #quality = h("span", { class: "badge bad" });
  #time = h("span", { class: "muted" });
  #reason = h("p", { class: "reason", hidden: true });
  #range = h("p", { class: "muted range" });
  #plot = new Plot();
  #form = h("form", { class: "write", onsubmit: event => this.#write(event) });
  #hint = h("p", { class: "empty" });
  #content = h("div", { hidden: true },
    h("div", { class: "title" }, this.#title, this.#close), this.#description,
    h("p", { class: "current" }, this.#value, " ", this.#unit, " ", this.#quality, " ", this.#time),
    this.#reason, this.#plot.element, this.#range, this.#form);
  #tag = null;

  constructor(close) {
    this.#close.addEventListener("click", close);
    this.element = h("section", { class: "detail card", id: "detail" }, this.#hint, this.#content);
  }

  /** True while a tag is shown that the host still has. */
  get hasTag() {
    return this.#tag !== null && store.tags[this.#tag.index] === this.#tag;
  }

  /** Shows a tag; null for none. */
  show(tag) {
    if (tag === this.#tag) return;
    const isSame = tag !== null && this.#tag?.id === tag.id;
    this.#tag = tag;
    this.#content.hidden = tag === null;
    this.#hint.hidden = tag !== null;
    this.#plot.show(tag, isSame);
    if (tag === null) return;
    this.translate();
  }

  translate() {
    setText(this.#hint, t("selectTag"));
    setText(this.#close, t("close"));
    this.#plot.translate();
    const tag = this.#tag;
    if (tag === null) return;
    setText(this.#title, tag.id);
    setText(this.#description, tag.description ?? "");
    this.#description.hidden = !tag.description;
    setText(this.#unit, tag.unit ?? "");
    const hasRange = tag.low !== undefined || tag.high !== undefined;
    this.#range.hidden = !hasRange;
    setText(this.#range, hasRange ? t("range", bounds(tag)) : "");
    this.#showForm();
    this.update();
  }

  /** Shows the latest value. */
  update() {
    const tag = this.#tag;
    if (tag === null) return;
    setText(this.#value, formatValue(tag.value));
    const isBad = tag.quality !== "GOOD" && tag.quality !== "";
    setText(this.#quality, isBad ? `${tag.quality} – ${t(`q.${tag.quality}`)}` : "");
    this.#quality.hidden = !isBad;
    setText(this.#reason, isBad && tag.reason ? tag.reason : "");
    this.#reason.hidden = !isBad || !tag.reason;
    setText(this.#time, formatTime(tag.time));
    this.#plot.add();
  }

  #showForm() {
    const tag = this.#tag;
    this.#form.hidden = !tag.write || !can("operator");
    if (this.#form.hidden) return void fill(this.#form);
    const input = typeof tag.value === "boolean"
      ? h("select", { name: "value" }, ["TRUE", "FALSE"].map(text => h("option", {}, text)))
      : h("input", { name: "value", inputMode: typeof tag.value === "string" ? "text" : "decimal", required: true, autocomplete: "off", maxLength: 1000 });
    const limits = tag.write.low !== undefined || tag.write.high !== undefined ? h("small", { class: "muted" }, t("range", bounds(tag.write))) : null;
    fill(this.#form, h("label", {}, h("span", {}, t("newValue")), input), h("button", { class: "primary" }, t("write")), limits);
  }

  async #write(event) {
    event.preventDefault();
    const tag = this.#tag;
    const text = new FormData(this.#form).get("value");
    const value = typeof tag.value === "boolean" ? text === "TRUE" : typeof tag.value === "string" ? text : parseNumber(text);
    if (typeof value === "number" && !Number.isFinite(value)) return toast(t("notNumber", { value: text }), true);
    const unit = tag.unit ? ` ${tag.unit}` : "";
    const answer = await ask(t("writeAsk", { value: formatValue(value) + unit, tag: tag.id }),
      h("p", {}, t("writeNow", { value: formatValue(tag.value) + unit })),
      [{ value: "write", text: t("write"), class: "primary" }, { value: "", text: t("cancel"), autofocus: true }]);
    if (answer !== "write") return;
    try {
      const result = await post(`api/devices/${encodeURIComponent(tag.device)}/tags/${encodeURIComponent(tag.name)}`, { value });
      if (result.outcome === "written") toast(t("written", { tag: tag.id }));
      else toast(`${tag.id}: ${result.outcome}${result.reason ? ` – ${result.reason}` : ""}`, true);
      this.#form.reset();
    } catch (error) {
      toast(`${tag.id}: ${error.message}`, true);
    }
  }
}

const bounds = ({ low, high }) =>
  ({ low: low === undefined ? "…" : formatNumber(low), high: high === undefined ? "…" : formatNumber(high) });
