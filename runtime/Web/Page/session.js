// The user of the page and what the role allows. The host checks each request again; hiding is only for clarity.
import { ApiError, get, post } from "./api.js";
import { ask, fill, h } from "./dom.js";
import { t } from "./text.js";

const ranks = { viewer: 1, operator: 2, engineer: 3 };

/** The user: null before login, or without a need for one; the role is null if nothing may be read. */
export const session = { user: null, role: null };

/** True if the role is at least this one. */
export const can = role => (ranks[session.role] ?? 0) >= ranks[role];

/** Asks the host who the user is. Throws if the host is unreachable. */
export async function loadSession() {
  const { user, role } = await get("api/session");
  Object.assign(session, { user, role });
}

/** Shows the login form until the user is known or closes it. Returns true after a login. */
export async function logIn() {
  let message = "";
  while (true) {
    const user = h("input", { name: "user", autocomplete: "username", required: true, autofocus: true, maxLength: 100 });
    const password = h("input", { name: "password", type: "password", autocomplete: "current-password", required: true, maxLength: 500 });
    const content = h("div", { class: "login" },
      h("label", {}, t("user"), user), h("label", {}, t("password"), password), h("p", { class: "error", role: "alert" }, message));
    const buttons = [{ value: "login", text: t("logIn"), class: "primary" }];
    const answer = await ask(t("logInTitle"), content, buttons);
    if (answer !== "login") {
      if (session.role) return false;
      continue;
    }

    try {
      const found = await post("api/login", { user: user.value, password: password.value });
      Object.assign(session, { user: found.user, role: found.role });
      return true;
    } catch (error) {
      message = error instanceof ApiError ? error.message : t("unreachable");
    }
  }
}

/** Ends the session. */
export const logOut = () => post("api/logout");

/** Shows the user and the button for login or logout. */
export function showUser(user, button) {
  fill(user, session.user ? h("span", { title: t(`role.${session.role}`) }, session.user, " ", h("small", {}, t(`role.${session.role}`))) : "");
  button.hidden = false;
  button.textContent = session.user ? t("logOut") : t("logIn");
}
