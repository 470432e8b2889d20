const KEY = "contact-draft";
const KEPT = ["name", "email", "phone", "company", "service", "message", "consent"];

/** Input survives a reload or a wrong click, in this tab only, until it is sent. */
export function keepDraft(form) {
  const fields = KEPT.map((name) => form.elements[name]).filter(Boolean);

  function save() {
    const draft = {};
    for (const field of fields) {
      const value = field.type === "checkbox" ? field.checked : field.value;
      if (value) draft[field.name] = value;
    }
    try {
      sessionStorage.setItem(KEY, JSON.stringify(draft));
    } catch {
      // storage is off or full: the form works without it
    }
  }

  function restore() {
    let draft = null;
    try {
      draft = JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      // no storage, or not our data
    }
    if (!draft || typeof draft !== "object") return;
    for (const field of fields) {
      const value = draft[field.name];
      if (field.type === "checkbox") field.checked ||= value === true;
      else if (!field.value && typeof value === "string") setValue(field, value);
    }
  }

  form.addEventListener("input", save);
  restore();
  return clearDraft;
}

export function setValue(field, value) {
  const before = field.value;
  field.value = value;
  if (field.tagName === "SELECT" && field.selectedIndex < 0) field.value = before;
}

export function clearDraft() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // nothing was stored
  }
}
