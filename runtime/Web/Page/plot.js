// The plot of one tag, on a canvas: the last value of each bucket as steps, its least and greatest value as a band behind them, the range of
// site.toml as a lighter band. The last hour comes from the memory of the host, what is older from a sink that stores the tag; a line marks
// where one ends. A bad value ends the line. Dragging moves, wheel and two fingers zoom, keys do both.
import { get } from "./api.js";
import { h, setText } from "./dom.js";
import { StoredPoints } from "./stored.js";
import { store } from "./store.js";
import { formatNumber, formatTick, formatTime, formatValue, t } from "./text.js";

const hour = 3600000;
const day = 24 * hour;
const least = 10000;
const spans = [60000, 300000, 900000, hour, day, 7 * day, 30 * day];
const longest = 366 * day;
const spanText = span => span < hour ? `${span / 60000} min` : span < day ? "1 h" : `${span / day} d`;
const margin = { left: 8, right: 58, top: 8, bottom: 22 };

export class Plot {
  #canvas = h("canvas", { tabIndex: 0, role: "img", id: "plot" });
  #buttons = spans.map(span => h("button", { type: "button", onclick: () => this.#setSpan(span) }, spanText(span)));
  #now = h("button", { type: "button", onclick: () => this.#follow() });
  #in = h("button", { type: "button", onclick: () => this.#zoom(0.5) }, "+");
  #out = h("button", { type: "button", onclick: () => this.#zoom(2) }, "−");
  #source = h("p", { class: "muted source", hidden: true });
  #tag = null;
  #points = [];
  #bucket = 1000;

  // The time from which on the host has the tag in memory.
  #memory = 0;
  #stored = new StoredPoints(() => this.#draw());
  #span = 900000;
  #isChosen = false;
  #end = null;
  #pointers = new Map();
  #cursor = null;
  #isPending = false;
  #loading = 0;

  constructor() {
    this.element = h("div", { class: "plot" }, this.#canvas, h("div", { class: "plot-bar" }, this.#buttons, this.#out, this.#in, this.#now),
      this.#source);
    const on = (name, handler) => this.#canvas.addEventListener(name, handler, { passive: false });
    on("pointerdown", event => this.#down(event));
    on("pointermove", event => this.#move(event));
    on("pointerup", event => this.#up(event));
    on("pointercancel", event => this.#up(event));
    on("pointerleave", () => this.#point(null));
    on("wheel", event => this.#wheel(event));
    on("keydown", event => this.#key(event));
    on("dblclick", () => this.#follow());
    new ResizeObserver(() => this.#draw()).observe(this.#canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
    new MutationObserver(() => this.#draw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    store.addEventListener("connection", () => {
      if (store.connection === "live") this.#load();
    });
  }

  /** Shows a tag; null for none. A tag that is the same after a reload of the site keeps its view. */
  show(tag, isSame) {
    this.#tag = tag;
    if (!isSame) {
      this.#points = [];
      this.#memory = store.now;
      this.#end = null;
    }

    this.#stored.show(tag);

    if (tag !== null) this.#load();
    this.#draw();
  }

  /** Adds the latest value. */
  add() {
    const { value, quality } = this.#tag;
    const number = typeof value === "boolean" ? Number(value) : value;
    if (quality === "GOOD" && typeof number === "number") this.#points.push([store.now, number, number, number]);
    else if (this.#points.length > 0 && this.#points.at(-1)[3] !== null) this.#points.push([store.now, null, null, null]);
    const oldest = store.now - hour - 60000;
    while (this.#points.length > 0 && this.#points[0][0] < oldest) this.#points.shift();
    this.#draw();
  }

  translate() {
    this.#now.textContent = t("plotNow");
    this.#in.setAttribute("aria-label", t("zoomIn"));
    this.#out.setAttribute("aria-label", t("zoomOut"));
    this.#canvas.title = t("plotHelp");
    this.#draw();
  }

  async #load() {
    const tag = this.#tag;
    if (tag === null) return;
    const number = ++this.#loading;
    try {
      const found = await get(`api/history?device=${encodeURIComponent(tag.device)}&tag=${encodeURIComponent(tag.name)}`);
      if (number !== this.#loading) return;
      this.#bucket = found.bucket_seconds * 1000;
      this.#memory = found.oldest ?? store.now;
      const last = found.points.at(-1)?.[0] ?? 0;

      // After a start of the host there is less than the usual quarter of an hour to see.
      const age = store.now - (found.points[0]?.[0] ?? store.now);
      if (!this.#isChosen && !this.#stored.isPossible) this.#span = spans.slice(1, 3).find(span => span >= age) ?? 900000;
      this.#points = found.points.concat(this.#points.filter(point => point[0] > last + this.#bucket));
    } catch {
      // A host without history, or one that is unreachable: what comes from now on is drawn.
    }

    this.#draw();
  }

  get #to() {
    return this.#end ?? store.now;
  }

  get #from() {
    return this.#to - this.#span;
  }

  #setSpan(span) {
    this.#isChosen = true;
    this.#span = span;
    this.#limit();
  }

  #follow() {
    this.#end = null;
    this.#limit();
  }

  // Zooms around a moment; without one around the newest, or the middle if the view is in the past.
  #zoom(factor, around = this.#end === null ? this.#to : this.#to - this.#span / 2) {
    this.#isChosen = true;
    const share = (this.#to - around) / this.#span;
    this.#span = Math.max(least, Math.min(this.#reach, this.#span * factor));
    if (this.#end !== null || share > 0.02) this.#end = around + share * this.#span;
    this.#limit();
  }

  #shift(milliseconds) {
    this.#end = this.#to + milliseconds;
    this.#limit();
  }

  // How far back the plot goes: as far as a sink has the tag, at least the last hour.
  get #reach() {
    return this.#stored.oldest === null ? hour : Math.min(longest, Math.max(hour, store.now - this.#stored.oldest));
  }

  // The view stays within the reach; one that reaches the newest value follows it again.
  #limit() {
    if (this.#end !== null) {
      this.#end = Math.max(this.#end, store.now - Math.max(this.#reach, this.#span) + this.#span);
      if (this.#end >= store.now - 500) this.#end = null;
    }

    this.#draw();
  }

  get #width() {
    return Math.max(1, this.#canvas.clientWidth - margin.left - margin.right);
  }

  #timeAt(x) {
    return this.#from + (x - margin.left) / this.#width * this.#span;
  }

  #down(event) {
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, event.offsetX);
  }

  #move(event) {
    if (!this.#pointers.has(event.pointerId)) return void this.#point(event.offsetX);
    const before = [...this.#pointers.values()];
    this.#pointers.set(event.pointerId, event.offsetX);
    const after = [...this.#pointers.values()];
    if (after.length === 1) this.#shift((before[0] - after[0]) / this.#width * this.#span);
    else {
      const [old, now] = [Math.abs(before[0] - before[1]), Math.abs(after[0] - after[1])];
      if (old > 10 && now > 10) this.#zoom(old / now, this.#timeAt((after[0] + after[1]) / 2));
    }

    this.#point(event.pointerType === "mouse" ? null : event.offsetX);
  }

  #up(event) {
    this.#pointers.delete(event.pointerId);
  }

  #wheel(event) {
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.#shift(event.deltaX / this.#width * this.#span);
    else this.#zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300))), this.#timeAt(event.offsetX));
  }

  #key(event) {
    const actions = {
      ArrowLeft: () => this.#shift(-this.#span / 10), ArrowRight: () => this.#shift(this.#span / 10),
      "+": () => this.#zoom(0.5), "-": () => this.#zoom(2), Home: () => this.#shift(-this.#reach), End: () => this.#follow(),
    };
    if (!(event.key in actions) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    actions[event.key]();
  }

  #point(x) {
    this.#cursor = x;
    this.#draw();
  }

  #draw() {
    if (this.#isPending) return;
    this.#isPending = true;
    requestAnimationFrame(() => {
      this.#isPending = false;
      if (this.#tag !== null && this.#canvas.clientWidth > 0) this.#paint();
    });
  }

  #paint() {
    const canvas = this.#canvas;
    const [width, height, scale] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio || 1];
    const [pixelWidth, pixelHeight] = [Math.round(width * scale), Math.round(height * scale)];
    if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) [canvas.width, canvas.height] = [pixelWidth, pixelHeight];
    const paint = canvas.getContext("2d");
    const style = getComputedStyle(canvas);
    const color = name => style.getPropertyValue(name).trim();
    paint.setTransform(scale, 0, 0, scale, 0, 0);
    paint.clearRect(0, 0, width, height);
    paint.font = `12px ${style.fontFamily}`;
    const [from, to] = [this.#from, this.#to];
    const memory = Math.max(this.#memory, store.now - hour);
    this.#stored.want(from, Math.min(to, memory), this.#width);
    const old = this.#visible(this.#stored.points.filter(point => point[0] < memory), this.#stored.gap, from, to);
    const recent = this.#visible(this.#points, this.#gap, from, to);
    const points = old.concat(recent).filter(point => point[1] !== null);
    const [bottom, top] = this.#limits(points);
    const x = time => margin.left + (time - from) / (to - from) * this.#width;
    const y = value => height - margin.bottom - (value - bottom) / (top - bottom) * (height - margin.top - margin.bottom);
    this.#paintRange(paint, y, bottom, top, color);
    this.#paintAxes(paint, { x, y, from, to, bottom, top, width, height }, color);
    paint.save();
    paint.beginPath();
    paint.rect(margin.left, 0, this.#width, height);
    paint.clip();
    this.#paintPoints(paint, old, { bucket: this.#stored.bucket, gap: this.#stored.gap, end: Math.min(to, memory) }, x, y, color);
    if (old.length > 0 && memory > from && memory < to) this.#paintEdge(paint, x(memory), height, color);
    this.#paintPoints(paint, recent, { bucket: this.#bucket, gap: this.#gap, end: to }, x, y, color);
    paint.restore();
    if (this.#cursor !== null) this.#paintCursor(paint, old, recent, x, y, height, color);
    if (points.length === 0) {
      paint.fillStyle = color("--muted");
      paint.textAlign = "center";
      paint.fillText(t(this.#stored.isLoading ? "plotLoading" : "plotEmpty"), margin.left + this.#width / 2, height / 2);
    }

    this.#describeSource(from < memory);

    this.#describe(points, from, to);
  }

  // The longest time between two points that a line joins.
  get #gap() {
    return Math.max(3 * this.#bucket, 5000);
  }

  // The points in view, with one before it, from which the line comes.
  #visible(points, gap, from, to) {
    const first = points.findIndex(point => point[0] >= from);
    if (first < 0) return points.slice(-1).filter(point => point[0] + gap >= from);
    return points.slice(Math.max(0, first - 1)).filter(point => point[0] <= to);
  }

  #limits(points) {
    let [low, high] = [Infinity, -Infinity];
    for (const point of points) [low, high] = [Math.min(low, point[1]), Math.max(high, point[2])];
    if (low > high) [low, high] = [this.#tag.low ?? 0, this.#tag.high ?? (this.#tag.low ?? 0) + 1];
    const [from, to] = [this.#tag.low ?? low, this.#tag.high ?? high];

    // The range belongs into the picture unless it would press the values into a line.
    if (to - from <= 10 * (high - low) || high === low) [low, high] = [Math.min(low, from), Math.max(high, to)];
    if (low === high) [low, high] = [low - Math.max(1, Math.abs(low) * 0.1), high + Math.max(1, Math.abs(high) * 0.1)];
    const room = (high - low) * 0.06;
    return [low - room, high + room];
  }

  #paintRange(paint, y, bottom, top, color) {
    const { low, high } = this.#tag;
    if (low === undefined && high === undefined) return;
    const [lower, upper] = [Math.max(bottom, low ?? bottom), Math.min(top, high ?? top)];
    if (upper <= lower) return;
    paint.fillStyle = color("--range");
    paint.fillRect(margin.left, y(upper), this.#width, y(lower) - y(upper));
    paint.strokeStyle = color("--range-edge");
    paint.setLineDash([4, 4]);
    paint.lineWidth = 1;
    for (const edge of [low, high]) {
      if (edge === undefined || edge < bottom || edge > top) continue;
      paint.beginPath();
      paint.moveTo(margin.left, y(edge));
      paint.lineTo(margin.left + this.#width, y(edge));
      paint.stroke();
    }

    paint.setLineDash([]);
  }

  #paintAxes(paint, { x, y, from, to, bottom, top, height }, color) {
    paint.strokeStyle = color("--line");
    paint.fillStyle = color("--muted");
    paint.lineWidth = 1;
    paint.textAlign = "left";
    paint.textBaseline = "middle";
    for (const value of ticks(bottom, top, Math.max(2, Math.floor(height / 45)))) {
      line(paint, margin.left, Math.round(y(value)) + 0.5, margin.left + this.#width, Math.round(y(value)) + 0.5);
      paint.fillText(formatNumber(value), margin.left + this.#width + 6, y(value));
    }

    paint.textAlign = "center";
    paint.textBaseline = "alphabetic";
    const steps = [2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 900000, 1800000,
      hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 5 * day, 10 * day, 30 * day];
    const step = steps.find(candidate => (to - from) / candidate <= Math.max(2, this.#width / 80)) ?? 90 * day;
    const zone = new Date(to).getTimezoneOffset() * 60000;
    for (let time = Math.ceil((from - zone) / step) * step + zone; time <= to; time += step) {
      line(paint, Math.round(x(time)) + 0.5, margin.top, Math.round(x(time)) + 0.5, height - margin.bottom);
      if (x(time) > 24 && x(time) < margin.left + this.#width - 8) paint.fillText(formatTick(time, step), x(time), height - 7);
    }
  }

  // Marks where the values of the sink end and those from memory begin: a recipe may have scaled the ones of the sink.
  #paintEdge(paint, x, height, color) {
    paint.strokeStyle = color("--muted");
    paint.setLineDash([2, 3]);
    line(paint, Math.round(x) + 0.5, margin.top, Math.round(x) + 0.5, height - margin.bottom);
    paint.setLineDash([]);
  }

  #paintPoints(paint, points, { bucket, gap, end }, x, y, color) {
    if (points.length === 0) return;
    paint.fillStyle = color("--band");
    for (const [time, low, high] of points) {
      if (low !== high) paint.fillRect(x(time), y(high), Math.max(1, x(time + bucket) - x(time)), Math.max(1, y(low) - y(high)));
    }

    paint.strokeStyle = color("--accent");
    paint.lineWidth = 1.6;
    paint.lineJoin = "round";
    paint.beginPath();
    let before = null;
    for (const point of points) {
      const isJoined = before !== null && point[0] - before[0] <= gap;
      if (isJoined) paint.lineTo(x(point[0]), y(before[3]));
      before = point[3] === null ? null : point;
      if (before === null) continue;
      if (isJoined) paint.lineTo(x(point[0]), y(point[3]));
      else paint.moveTo(x(point[0]), y(point[3]));
    }

    if (before !== null && end - before[0] < gap) paint.lineTo(x(end), y(before[3]));
    paint.stroke();
  }

  #paintCursor(paint, old, recent, x, y, height, color) {
    const time = this.#timeAt(this.#cursor);
    const before = point => point[0] <= time;
    const isRecent = recent.some(before);
    const point = (isRecent ? recent : old).findLast(before);
    if (!point || point[3] === null || time - point[0] > (isRecent ? this.#gap : this.#stored.gap)) return;
    paint.strokeStyle = color("--muted");
    line(paint, this.#cursor, margin.top, this.#cursor, height - margin.bottom);
    paint.fillStyle = color("--accent");
    paint.beginPath();
    paint.arc(this.#cursor, y(point[3]), 3.5, 0, 7);
    paint.fill();
    const isRange = point[1] !== point[2];
    const value = this.#tag.value === true || this.#tag.value === false ? formatValue(point[3] !== 0) : formatNumber(point[3]);
    const text = `${formatTime(point[0])}  ${value}${this.#tag.unit ? ` ${this.#tag.unit}` : ""}`
      + (isRange ? `  (${formatNumber(point[1])} … ${formatNumber(point[2])})` : "");
    const size = paint.measureText(text).width + 12;
    const left = Math.max(margin.left, Math.min(this.#cursor - size / 2, margin.left + this.#width - size));
    paint.fillStyle = color("--text");
    paint.fillRect(left, margin.top, size, 20);
    paint.fillStyle = color("--surface");
    paint.textAlign = "left";
    paint.textBaseline = "middle";
    paint.fillText(text, left + 6, margin.top + 10);
  }

  // Names the sink from which the older values come, or the reason why there are none.
  #describeSource(isOld) {
    const { error, sink, isComplete, isThinned, isPossible } = this.#stored;
    this.#buttons.forEach((button, i) => button.hidden = spans[i] > hour && !(isPossible && sink !== null));
    const texts = !isOld || !isPossible ? [] : error !== null ? [t("storedError", { reason: error })]
      : sink === null ? [] : [t("stored", { sink }), isComplete ? "" : t("storedPart"), isThinned ? t("storedThinned") : ""];
    setText(this.#source, texts.filter(text => text).join(" "));
    this.#source.hidden = texts.length === 0;
  }

  // The plot in words, for those who cannot see it.
  #describe(points, from, to) {
    const canvas = this.#canvas;
    [canvas.dataset.from, canvas.dataset.to, canvas.dataset.points] = [Math.round(from), Math.round(to), points.length];
    this.#buttons.forEach((button, i) => button.setAttribute("aria-pressed", this.#end === null && this.#span === spans[i]));
    this.#now.setAttribute("aria-pressed", this.#end === null);
    let [low, high] = [Infinity, -Infinity];
    for (const point of points) [low, high] = [Math.min(low, point[1]), Math.max(high, point[2])];
    canvas.setAttribute("aria-label", low > high ? `${this.#tag.id}: ${t("plotEmpty")}` : t("plot", {
      tag: this.#tag.id, from: formatTime(from), to: formatTime(to),
      min: formatNumber(low), max: formatNumber(high),
    }));
  }
}

// Round values between two limits, about so many.
function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(candidate => candidate >= rough);
  const list = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) list.push(Math.abs(value) < step / 1e6 ? 0 : value);
  return list;
}

function line(paint, x1, y1, x2, y2) {
  paint.beginPath();
  paint.moveTo(x1, y1);
  paint.lineTo(x2, y2);
  paint.stroke();
}
