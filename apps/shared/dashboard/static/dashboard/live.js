// Parts of a page that renew themselves: they say when they cannot, try again, and keep what the
// reader has opened.
(() => {
    "use strict";
    const AGAIN = 5000;
    const opened = new Set();

    const say = (part, text, link) => {
        let line = part.querySelector(":scope > .live-status");
        if (!line) {
            line = document.createElement("p");
            line.className = "live-status text-subtle";
            line.setAttribute("role", "status");
            part.append(line);
        }
        part.classList.remove("hidden");
        if (line.textContent.startsWith(text)) return;
        line.textContent = text;
        if (!link) return;
        const a = document.createElement("a");
        a.className = "text-link";
        a.href = location.href;
        a.textContent = link;
        line.append(" ", a);
    };

    const failed = event => {
        const part = event.detail.elt;
        if (!part || !part.hasAttribute("hx-get")) return;
        if (part.matches("form")) return say(part, "No answer came: try again.");
        say(part, "Could not refresh, trying again.");
        if (part.getAttribute("hx-trigger") !== "load") return; // others ask again by themselves
        setTimeout(() => {
            const again = { source: part, target: part, swap: "outerHTML" };
            if (part.isConnected) htmx.ajax("GET", part.getAttribute("hx-get"), again).catch(() => {});
        }, AGAIN);
    };
    for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
        document.addEventListener(name, failed);

    document.addEventListener("htmx:beforeSwap", event => {
        const { elt, target, xhr } = event.detail;
        if (elt.hasAttribute("hx-get") && /\/login\/\?/.test(xhr.responseURL)) {
            event.detail.shouldSwap = false;
            say(elt, "You are logged out.", "Log in again");
            return;
        }
        elt.querySelector(":scope > .live-status")?.remove();
        opened.clear();
        for (const one of target.querySelectorAll("details[open][id]")) opened.add(one.id);
    });
    document.addEventListener("htmx:afterSwap", () => {
        for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
        opened.clear();
    });
})();
