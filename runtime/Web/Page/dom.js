// Small helpers for elements; all text goes through textContent, so values of devices are never HTML.

/** Creates an element: h("td", { class: "num", onclick: f }, "text", child). Properties with null or false are left out. */
export function h(name, properties, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element) element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }

  append(element, children);
  return element;
}

/** Replaces the children of an element. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** Sets a text only if it differs, which spares the browser a layout. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Shows a short message at the bottom of the page. */
export function toast(text, isError = false) {
  const place = document.getElementById("toast");
  const note = h("div", { class: isError ? "note error" : "note" }, text);
  place.append(note);
  setTimeout(() => note.remove(), isError ? 10000 : 5000);
}

/** Opens the dialog with a title, content and buttons; resolves to the value of the button, or null if it was closed. */
export function ask(title, content, buttons) {
  const dialog = document.getElementById("dialog");
  return new Promise(resolve => {
    const form = h("form", { method: "dialog" },
      h("h2", { id: "dialog-title" }, title), content,
      h("div", { class: "buttons" }, buttons.map(b => h("button", { value: b.value, class: b.class ?? null, autofocus: b.autofocus }, b.text))));
    fill(dialog, form);
    dialog.setAttribute("aria-labelledby", "dialog-title");
    dialog.returnValue = "";
    dialog.onclose = () => resolve(dialog.returnValue || null);
    dialog.showModal();
  });
}
