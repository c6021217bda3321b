// The parts that do not work, with reason and next step, beside the tag table.
import { fill, h } from "./dom.js";
import { store } from "./store.js";
import { hasText, t } from "./text.js";

/** Lists the parts that do not work: { kind, name, state, reason, next, level }. */
export function problems(status) {
  const list = [];
  if (status.queue_error) list.push({ kind: "queue", name: t("nav.queue"), state: "", reason: status.queue_error, next: t("next.queue"), level: "bad" });
  if (status.log_error) list.push({ kind: "log", name: t("nav.log"), state: "", reason: status.log_error, next: t("next.log"), level: "warn" });
  for (const disk of status.disks) {
    if (disk.warning) list.push({ kind: "disk", name: disk.folder, state: "", reason: disk.warning, next: t("next.disk"), level: "warn" });
  }

  if (status.site_error) list.push({ kind: "site", name: "site.toml", state: "", reason: status.site_error, next: t("next.site"), level: "bad" });
  for (const device of status.devices) {
    if (device.state !== "Running") list.push(part("device", device, device.state === "Connecting" ? "warn" : "bad"));
  }

  for (const sink of status.sinks) {
    if (sink.state !== "Running" && sink.state !== "Ready") list.push(part("sink", sink, sink.state === "Retrying" ? "warn" : "bad"));
  }

  for (const recipe of status.recipes) {
    if (recipe.state !== "Running" || recipe.reason) list.push(part("recipe", { ...recipe, name: recipe.file }, recipe.state === "Running" ? "warn" : "bad"));
  }

  return list;
}

/** The next step for the state of a part; empty if there is nothing to do. */
export function nextStep(kind, item) {
  const file = `next.file.${item.state}`;
  const key = kind === "sink" && item.file && hasText(file) ? file : `next.${kind}.${item.state}`;
  return hasText(key) ? t(key, { n: item.attempts ?? "" }) : "";
}

function part(kind, item, level) {
  return { kind, name: item.name, state: item.state, reason: item.reason, next: nextStep(kind, item), level };
}

export class Attention {
  element = h("section", { class: "card attention", id: "attention" });
  #shown = "";

  constructor() {
    store.addEventListener("status", () => this.#draw());
  }

  translate() {
    this.#shown = "";
    this.#draw();
  }

  #draw() {
    if (!store.status) return;
    const list = problems(store.status);
    const shown = JSON.stringify(list);
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (list.length === 0) return void fill(this.element, h("p", { class: "well" }, t("allWell")));
    fill(this.element, h("h2", {}, t("attention"), h("span", { class: "number" }, list.length)), h("ul", {}, list.map(item => h("li", { class: item.level },
      h("div", {}, h("strong", {}, item.name), " ", item.state ? h("span", { class: `badge ${item.level}` }, item.state) : null),
      item.reason ? h("div", { class: "reason" }, item.reason) : null,
      item.next ? h("div", { class: "muted" }, t("next"), " ", item.next) : null))));
  }
}
