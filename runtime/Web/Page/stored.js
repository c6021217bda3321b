// The points of a tag that a sink has stored, for the part of a plot that is older than the memory of the host. Asks the host when the view
// has been still for a moment, for a little more than the view; the points of the last answer stay until the next one.
import { get } from "./api.js";
import { store } from "./store.js";

const pause = 250;
const minute = 60000;
const slack = 5000;

export class StoredPoints {
  points = [];
  bucket = 1000;
  oldest = null;
  sink = null;
  isComplete = true;
  isThinned = false;
  isLoading = false;
  error = null;

  // The longest time between two points that a line joins: a recipe may store a tag seldom, or only when it changes.
  gap = 5000;
  #onChange;
  #tag = null;
  #loaded = null;
  #pending = null;
  #timer = null;
  #abort = null;
  #retryAt = 0;

  /** @param onChange Called when there are other points. */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** True if the site has a sink from which samples can be read. */
  get isPossible() {
    return store.status?.sinks.some(sink => sink.has_history) ?? false;
  }

  /** Chooses the tag; null for none. */
  show(tag) {
    if (tag?.id !== this.#tag?.id) {
      Object.assign(this, { points: [], oldest: null, sink: null, error: null, isComplete: true, isThinned: false });
      [this.#loaded, this.#retryAt] = [null, 0];
      this.#stop();
    }

    this.#tag = tag;
  }

  /**
   * Sees to it that there are points between the begin of a view and a time, about two in a pixel of a width. A view that begins later asks
   * once, for the name of the sink and its oldest value.
   */
  want(from, to, width) {
    if (this.#tag === null || !this.isPossible || performance.now() < this.#retryAt) return;
    if (from > to - slack && this.#loaded !== null) return;
    const wanted = { from: Math.round(Math.min(from, to - minute)), to: Math.round(to) };
    if (covers(this.#loaded, wanted, this.bucket) || covers(this.#pending, wanted, Infinity)) return;
    this.#stop();
    this.#pending = { ...wanted, width };
    this.#timer = setTimeout(() => this.#load(this.#pending), this.#loaded === null ? 0 : pause);
  }

  async #load({ from, to, width }) {
    const abort = new AbortController();
    this.#abort = abort;
    const tag = this.#tag;
    const begin = Math.round(Math.max(0, from - (to - from) / 2, Math.min(from, this.oldest ?? 0)));
    const query = new URLSearchParams({ device: tag.device, tag: tag.name, from: time(begin), to: time(to), points: Math.min(2000, Math.ceil(3 * width)) });
    this.isLoading = true;
    try {
      const found = await get(`api/history?${query}`, abort.signal);
      if (abort.signal.aborted) return;
      Object.assign(this, { error: null, sink: found.sink, oldest: found.sink === null ? null : found.oldest });
      this.#loaded = { from: begin, to };
      if (found.sink !== null) {
        Object.assign(this, { points: found.points, bucket: found.bucket_seconds * 1000, isComplete: found.complete, isThinned: found.thinned });
        this.gap = Math.max(3 * this.bucket, 5000, 3 * medianDistance(found.points));
      }

      // A tag that no sink has stored may be stored later.
      if (found.sink === null) this.#retryAt = performance.now() + 60000;
    } catch (error) {
      if (abort.signal.aborted) return;
      this.error = error.message;
      this.#retryAt = performance.now() + 10000;
    } finally {
      if (this.#abort === abort) {
        this.#stop();
        this.#onChange();
      }
    }
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    [this.#timer, this.#abort, this.#pending, this.isLoading] = [null, null, null, false];
  }
}

// True if a range that was asked for has what is wanted, in buckets that are fine enough for it.
const covers = (range, { from, to }, bucket) => range !== null && from >= range.from
  && to <= range.to + Math.max(2 * Math.min(bucket, minute), (to - from) / 300, slack)
  && (range.to - range.from <= 6 * (to - from) || bucket <= 1000);

const time = milliseconds => new Date(milliseconds).toISOString();

function medianDistance(points) {
  const distances = points.slice(1).map((point, i) => point[0] - points[i][0]).sort((a, b) => a - b);
  return distances.length === 0 ? 0 : distances[distances.length >> 1];
}
