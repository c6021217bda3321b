// Devices and sinks: state, figures, reason and next step; restarts for engineers; the last edit of site.toml.
import { get, post } from "./api.js";
import { nextStep } from "./attention.js";
import { ask, fill, h, toast } from "./dom.js";
import { can } from "./session.js";
import { store } from "./store.js";
import { formatCount, formatNumber, formatSpan, formatTime, t } from "./text.js";

export class PlantView {
  #devices = h("div", { class: "cards" });
  #sinks = h("div", { class: "cards" });
  #deviceTitle = h("h2");
  #sinkTitle = h("h2");
  #reloadTitle = h("h2");
  #reload = h("div", { class: "cards wide", id: "reload" });
  #plan = null;
  #timer = null;
  #error = null;
  #open = new Set();

  constructor() {
    this.element = h("section", { class: "view page" }, this.#deviceTitle, this.#devices, this.#sinkTitle, this.#sinks,
      this.#reloadTitle, this.#reload);
    store.addEventListener("status", () => this.#onStatus());
  }

  show() {
    this.#draw();
    this.#load();
    this.#timer ??= setInterval(() => this.#load(), 5000);
  }

  hide() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  translate() {
    this.#draw();
    this.#drawPlan();
  }

  #onStatus() {
    this.#draw();
    if (this.#timer !== null && store.status.site_error !== this.#error) this.#load();
    this.#error = store.status.site_error;
  }

  // A host that cannot be reached is in the header; the plan of before stays.
  async #load() {
    try {
      const plan = await get("api/site/plan");
      if (JSON.stringify(plan) === JSON.stringify(this.#plan)) return;
      this.#plan = plan;
      this.#drawPlan();
    } catch (error) {
      if (error.status) fill(this.#reload, h("p", { class: "error" }, error.message));
    }
  }

  #drawPlan() {
    if (!this.#plan) return;
    const { last, applied } = this.#plan;
    this.#reloadTitle.textContent = t("reload");
    fill(this.#reload, last ? reload(last) : h("p", { class: "empty" }, t("noReload")),
      applied && applied.time !== last.time ? reload(applied) : null);
  }

  #draw() {
    if (!store.status || !this.element.isConnected) return;

    // Buttons are replaced with their cards; the one with the focus gets it again.
    const focused = document.activeElement?.dataset?.key;
    this.#deviceTitle.textContent = t("devices");
    this.#sinkTitle.textContent = t("sinks");
    fill(this.#devices, store.status.devices.map(device => this.#device(device)));
    fill(this.#sinks, store.status.sinks.length > 0 ? store.status.sinks.map(sink => this.#sink(sink)) : h("p", { class: "empty" }, t("noSinks")));
    if (focused) this.element.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #device(device) {
    const level = device.state === "Running" ? "good" : device.state === "Connecting" ? "warn" : "bad";
    const age = device.last_scan ? formatSpan((store.now - Date.parse(device.last_scan)) / 1000) : "–";
    return card("device", device, level, `${device.driver} · ${device.endpoint || "–"}`, [
      [t("tags"), formatCount(device.tags)], [t("scans"), formatCount(device.scans)], [t("failed"), formatCount(device.failed), device.failed > 0],
      [t("skipped"), formatCount(device.skipped), device.skipped > 0], [t("cycle"), `${formatNumber(device.cycle_ms)} ms`],
      [t("lastScan"), age], [t("connects"), formatCount(device.connects)],
    ], this.#properties(device));
  }

  #properties(device) {
    if (device.properties.length === 0) return null;
    const key = `properties:${device.name}`;
    const isWrong = device.properties.some(property => property.wrong);
    return h("details", {
      open: isWrong || this.#open.has(key), ontoggle: event => event.target.open ? this.#open.add(key) : this.#open.delete(key),
    }, h("summary", { "data-key": key }, t("properties")), h("dl", {}, device.properties.map(property =>
      [h("dt", {}, property.name), h("dd", { class: property.wrong ? "bad" : null }, property.text)])));
  }

  #sink(sink) {
    const level = { Running: "good", Ready: "good", Retrying: "warn" }[sink.state] ?? "bad";
    return card("sink", sink, level, `${sink.plugin} · ${sink.delivery}`, [
      [t("produced"), formatCount(sink.produced)], [t("delivered"), formatCount(sink.delivered)], [t("waiting"), formatCount(sink.waiting)],
      [t("deadLetters"), formatCount(sink.dead_lettered), sink.dead_lettered > 0], [t("lostRecords"), formatCount(sink.lost), sink.lost > 0],
    ], null);
  }
}

function card(kind, item, level, subtitle, figures, more) {
  const next = level === "good" ? "" : nextStep(kind, item);
  return h("article", { class: `card part ${level}`, "data-name": item.name },
    h("div", { class: "title" }, h("h3", {}, item.name), h("span", { class: `badge ${level}` }, item.state)),
    h("p", { class: "muted" }, subtitle),
    item.reason ? h("p", { class: "reason" }, item.reason) : null,
    next ? h("p", { class: "muted" }, h("strong", {}, t("next")), " ", next) : null,
    h("dl", { class: "figures" }, figures.map(([name, value, isBad]) =>
      h("div", {}, h("dt", {}, name), h("dd", { class: isBad ? "bad" : null }, value)))),
    more,
    can("engineer") ? h("div", { class: "buttons" },
      kind === "device" && (item.state === "Parked" || item.state === "Reconnecting") ? button("retryNow", item.name, () => retry(item.name)) : null,
      button("restart", item.name, () => restart(item.name))) : null);
}

function reload({ time, outcome, disruptive, changes, problems }) {
  const level = outcome === "Applied" ? "good" : outcome === "Refused" ? "warn" : "bad";
  return h("article", { class: `card part ${level}`, "data-outcome": outcome },
    h("div", { class: "title" }, h("h3", {}, formatTime(time)), h("span", { class: `badge ${level}` }, t(`reload.${outcome}`))),
    problems.map(problem => h("p", { class: "reason" }, problem)),
    level === "good" ? null : h("p", { class: "muted" }, h("strong", {}, t("next")), " ", t("next.site")),
    disruptive === null ? null : h("p", { class: "muted" }, disruptive ? t("disruptive") : t("harmless")),
    changes.length === 0 ? null : h("dl", { class: "changes" }, changes.map(({ section, name, change }) =>
      [h("dt", {}, section === "site" ? name : `${section} ${name}`), h("dd", {}, change)])));
}

const button = (text, name, onclick) => h("button", { type: "button", "data-key": `${text}:${name}`, onclick }, t(text));

async function restart(name) {
  const answer = await ask(t("restartAsk", { name }), h("p", {}, t("restartNote")),
    [{ value: "restart", text: t("restart"), class: "primary" }, { value: "", text: t("cancel"), autofocus: true }]);
  if (answer === "restart") await send(name, () => post("api/restart", { name }));
}

const retry = name => send(name, () => post(`api/devices/${encodeURIComponent(name)}/retry`));

async function send(name, request) {
  try {
    await request();
    toast(t("restarted", { name }));
  } catch (error) {
    toast(`${name}: ${error.message}`, true);
  }
}
