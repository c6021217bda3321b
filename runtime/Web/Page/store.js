// The state of the plant as the stream tells it, and the connection to the host. Views listen to its events:
// "tags" (others than before), "values" (detail: changed tags), "status", "log" (detail: new lines), "connection", "denied".
import { ApiError, get } from "./api.js";

const silence = 5000;
const slowest = 3000;
const hiddenFor = 60000;
const keptLines = 500;

class Store extends EventTarget {
  tags = [];
  qualities = ["GOOD"];
  status = null;
  lines = [];
  connection = "connecting";
  lostAt = null;
  refusal = null;
  #abort = null;
  #heardAt = 0;
  #aliveAt = 0;
  #hostTime = 0;
  #started = null;
  #hiddenAt = null;
  #run = 0;

  constructor() {
    super();
    document.addEventListener("visibilitychange", () => this.#onVisibility());
    setInterval(() => this.#check(), 1000);
  }

  /** The time of the host, which plots and ages use: the clock of a phone may be wrong. */
  get now() {
    return this.#hostTime ? this.#hostTime + (performance.now() - this.#heardAt) : Date.now();
  }

  /** Connects, and keeps connected until stop or a refusal for lack of rights. */
  start() {
    this.stop();
    this.#connectAgain(this.#run);
  }

  /** Closes the connection. */
  stop() {
    this.#run++;
    this.#abort?.abort();
  }

  async #connectAgain(run) {
    let pause = 500;
    while (run === this.#run) {
      while (this.#hiddenAt !== null && run === this.#run) await new Promise(resolve => setTimeout(resolve, 250));
      const began = performance.now();
      try {
        await this.#read();
      } catch (error) {
        if (run !== this.#run) break;
        if (this.#hiddenAt !== null) continue;
        if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
          this.dispatchEvent(new Event("denied"));
          break;
        }

        this.#lose(error instanceof ApiError ? error.message : null);
        if (performance.now() - began > slowest) pause = 500;
      }

      await new Promise(resolve => setTimeout(resolve, pause));
      pause = Math.min(pause * 2, slowest);
    }
  }

  // Reads the stream until the host ends it; throws if the connection breaks. fetch, unlike EventSource, tells why it was refused.
  async #read() {
    const abort = new AbortController();
    this.#abort = abort;
    const timer = setTimeout(() => abort.abort(), silence);
    try {
      const response = await fetch("api/stream", { signal: abort.signal, credentials: "same-origin", cache: "no-store" });
      if (!response.ok) throw new ApiError(response.status, (await response.json().catch(() => null))?.detail ?? `HTTP ${response.status}`);
      clearTimeout(timer);
      this.#aliveAt = performance.now();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      while (true) {
        const { done, value } = await reader.read();
        if (done) throw new Error("the stream ended");
        text += value;
        let end;
        while ((end = text.indexOf("\n\n")) >= 0) {
          const [first, second] = text.slice(0, end).split("\n");
          text = text.slice(end + 2);
          this.#apply(first.slice("event: ".length), JSON.parse(second.slice("data: ".length)));
        }
      }
    } finally {
      clearTimeout(timer);
      abort.abort();
    }
  }

  #apply(name, data) {
    if (name === "tags") this.#setTags(data);
    else if (name === "values") this.#setValues(data);
    else if (name === "status") this.#setStatus(data);
    else if (name === "log") this.#addLines(data);
  }

  #setTags(data) {
    const before = new Map(this.tags.map(tag => [tag.id, tag]));
    this.qualities = data.qualities;
    this.tags = data.devices.flatMap(device => device.tags.map(tag => ({ ...tag, device: device.name })));
    this.tags.forEach((tag, index) => {
      tag.id = `${tag.device}.${tag.name}`;
      tag.words = `${tag.id} ${tag.unit ?? ""} ${tag.description ?? ""}`.toLowerCase();
      const old = before.get(tag.id);
      Object.assign(tag, { index, value: old?.value ?? null, quality: old?.quality ?? "", reason: old?.reason ?? null, time: old?.time ?? 0, changedAt: 0 });
    });
    this.dispatchEvent(new Event("tags"));
  }

  #setValues(data) {
    const { changes, reasons } = data;
    const now = performance.now();
    this.#heardAt = now;
    this.#aliveAt = now;
    this.#hostTime = data.time;
    const changed = [];
    for (let i = 0; i < changes.length; i += 4) {
      const tag = this.tags[changes[i]];
      if (!tag) continue;
      const quality = this.qualities[changes[i + 2]] ?? "BAD";
      if (tag.quality !== "" && (tag.value !== changes[i + 1] || tag.quality !== quality)) tag.changedAt = now;
      tag.value = changes[i + 1];
      tag.quality = quality;
      tag.time = changes[i + 3];
      tag.reason = null;
      changed.push(tag);
    }

    // A reason that is null is that of the tag before.
    for (let i = 0, last = null; i < reasons.length; i += 2) {
      last = reasons[i + 1] ?? last;
      const tag = this.tags[reasons[i]];
      if (tag) tag.reason = last;
    }

    if (this.connection !== "live") this.#connect();
    this.dispatchEvent(new CustomEvent("values", { detail: changed }));
  }

  #setStatus(status) {
    const isRestarted = this.#started !== null && this.#started !== status.started;
    this.#started = status.started;
    this.status = status;
    if (isRestarted) {
      this.lines = [];
      this.#fetchLines();
    }

    this.dispatchEvent(new Event("status"));
  }

  #connect() {
    const before = this.connection;
    this.connection = "live";
    this.refusal = null;
    this.dispatchEvent(new CustomEvent("connection", { detail: before }));
    this.#fetchLines();
  }

  #lose(refusal) {
    this.refusal = refusal;
    if (this.connection !== "lost") this.lostAt = Date.now();
    this.connection = "lost";
    this.dispatchEvent(new CustomEvent("connection", { detail: "lost" }));
  }

  async #fetchLines() {
    try {
      this.#addLines(await get(`api/log?after=${this.lines.at(-1)?.number ?? 0}`));
    } catch (error) {
      if (!(error instanceof ApiError)) this.#abort?.abort();
    }
  }

  #addLines(lines) {
    const last = this.lines.at(-1)?.number ?? 0;
    const added = lines.filter(line => line.number > last);
    if (added.length === 0) return;
    this.lines = this.lines.concat(added).slice(-keptLines);
    this.dispatchEvent(new CustomEvent("log", { detail: added }));
  }

  // The host sends each second; a connection that is silent is broken even if the network does not say so.
  #check() {
    if (this.connection === "live" && this.#hiddenAt === null && performance.now() - this.#aliveAt > silence) {
      this.#lose(null);
      this.#abort?.abort();
    }

    if (this.#hiddenAt !== null && performance.now() - this.#hiddenAt > hiddenFor) this.#abort?.abort();
  }

  #onVisibility() {
    this.#hiddenAt = document.hidden ? performance.now() : null;
    this.#aliveAt = Math.max(this.#aliveAt, performance.now() - 2000);
  }
}

export const store = new Store();
