// The recipes: version, carried state, errors of the file and the last exception, each with its source line.
import { get } from "./api.js";
import { nextStep } from "./attention.js";
import { fill, h } from "./dom.js";
import { store } from "./store.js";
import { formatCount, formatTime, t } from "./text.js";

export class RecipesView {
  #list = [];
  #states = "";
  #timer = null;

  constructor() {
    this.element = h("section", { class: "view page" });
    store.addEventListener("status", () => this.#onStatus());
  }

  show() {
    this.#load();
    this.#timer ??= setInterval(() => this.#load(), 10000);
  }

  hide() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  translate() {
    this.#draw();
  }

  #onStatus() {
    if (this.#timer === null) return;
    const states = JSON.stringify(store.status.recipes);
    if (states !== this.#states) this.#load();
    this.#states = states;
  }

  async #load() {
    try {
      this.#list = await get("api/recipes");
      this.#draw();
    } catch (error) {
      if (error.status) fill(this.element, h("p", { class: "error" }, error.message));
    }
  }

  #draw() {
    fill(this.element, this.#list.length === 0 ? h("p", { class: "empty" }, t("noRecipes")) : h("div", { class: "cards wide" }, this.#list.map(recipe => {
      const level = recipe.state !== "Running" ? "bad" : recipe.errors.length > 0 ? "warn" : "good";
      const next = level === "good" ? "" : nextStep("recipe", recipe);
      return h("article", { class: `card part ${level}`, "data-name": recipe.file },
        h("div", { class: "title" }, h("h2", {}, recipe.file), h("span", { class: `badge ${level}` }, recipe.state)),
        recipe.reason && recipe.errors.length === 0 ? h("p", { class: "reason" }, recipe.reason) : null,
        next ? h("p", { class: "muted" }, h("strong", {}, t("next")), " ", next) : null,
        h("dl", { class: "figures" },
          [[t("version"), recipe.version || "–"], [t("faults"), formatCount(recipe.faults), recipe.faults > 0], [t("lostScans"), formatCount(recipe.lost_scans), recipe.lost_scans > 0]]
            .map(([name, value, isBad]) => h("div", {}, h("dt", {}, name), h("dd", { class: isBad ? "bad" : null }, value)))),
        state(recipe.carried_state),
        recipe.errors.length > 0 ? [h("h3", {}, t("errors")), recipe.errors.map(error)] : null,
        recipe.last_fault ? [h("h3", {}, t("lastFault")), error(recipe.last_fault)] : null);
    })));
  }
}

function state(carried) {
  if (!carried) return null;
  const lists = [["keptState", carried.kept], ["begunState", carried.begun], ["lostState", carried.lost]].filter(([, list]) => list.length > 0);
  if (lists.length === 0) return null;
  return h("div", { class: "carried" }, h("h3", {}, t("carriedState")),
    h("p", { class: "muted" }, t(`carried.${carried.source}`, { time: formatTime(carried.time) }), "; ",
      carried.saved ? t("stateSaved", { time: formatTime(carried.saved) }) : t("stateUnsaved")),
    h("dl", { class: "changes" }, lists.map(([text, list]) =>
      [h("dt", { class: text === "lostState" ? "bad" : null }, t(text)), h("dd", {}, list.map(name => h("div", {}, name)))])));
}

const error = ({ at, message, source }) => h("div", { class: "problem" },
  h("div", {}, h("code", {}, at), " ", h("span", { class: "reason" }, message)), source ? h("pre", { tabIndex: 0 }, source) : null);
