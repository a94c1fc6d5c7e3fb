/* The table of all claims sorts and filters, by progressive enhancement.
 *
 * Without this script it is a table. tools/evidence_pages/table.py writes one
 * <tbody> a claim; a cell has the name of its column in data-column, what it
 * sorts by in data-number or in an element with data-key or else in its text.
 * What is filtered stands in the address, so that it can be sent to a friend:
 * evidence.html?verdict=undecided&chapter=Dropout
 */
(() => {
  "use strict";

  /** Returns the cells of one claim in a column. */
  const cells = (claim, column) => [
    ...claim.querySelectorAll(`[data-column="${column}"]`),
  ];

  /** Returns the text that a claim has in a column. */
  function textOf(claim, column) {
    const [cell] = cells(claim, column);
    return (cell.querySelector("[data-key]") || cell).textContent.trim();
  }

  /** Returns what a claim is sorted by; null comes last. */
  function keyOf(claim, column) {
    const found = cells(claim, column);
    const numbers = found
      .filter((cell) => cell.dataset.number !== undefined)
      .map((cell) => Number(cell.dataset.number));
    if (numbers.length) return Math.max(...numbers);
    return found[0].dataset.empty === undefined ? textOf(claim, column) : null;
  }

  function compare(a, b) {
    if (typeof a === typeof b && typeof a === "number") return a - b;
    return String(a).localeCompare(String(b), "en");
  }

  function enhance(place) {
    const table = place.querySelector("table");
    const form = place.querySelector("form");
    const output = form.querySelector("output");
    const claims = [...table.tBodies];
    const filters = [...form.elements].filter(
      (field) => field.name && field.name !== "sort",
    );
    const headers = [...table.tHead.querySelectorAll("[data-sorts]")];

    function filter() {
      let shown = 0;
      for (const claim of claims) {
        const fits = filters.every((field) => {
          const wanted = field.value.trim();
          const text = wanted && textOf(claim, field.name);
          if (!wanted) return true;
          if (field.type !== "search") return text === wanted;
          return wanted
            .toLowerCase()
            .split(/\s+/)
            .every((word) => text.toLowerCase().includes(word));
        });
        claim.hidden = !fits;
        shown += fits;
      }
      output.textContent = `${shown} of ${claims.length} claims`;
    }

    function sort(column, down) {
      const order = [...claims];
      if (column) {
        const keys = new Map(claims.map((c) => [c, keyOf(c, column)]));
        order.sort((a, b) => {
          const [one, other] = [keys.get(a), keys.get(b)];
          if (one === null || other === null) {
            return (one === null) - (other === null);
          }
          return down ? compare(other, one) : compare(one, other);
        });
      }
      table.append(...order);
      for (const header of headers) {
        const sorts = header.dataset.column === column;
        if (sorts) {
          header.setAttribute("aria-sort", down ? "descending" : "ascending");
        } else {
          header.removeAttribute("aria-sort");
        }
      }
      form.elements.sort.value = column;
    }

    function writeAddress() {
      const query = new URLSearchParams();
      for (const field of filters) {
        if (field.value) query.set(field.name, field.value);
      }
      const text = query.toString();
      const address = new URL(location.href);
      address.search = text;
      history.replaceState(null, "", address);
    }

    function readAddress() {
      const query = new URLSearchParams(location.search);
      for (const field of filters) field.value = query.get(field.name) || "";
    }

    /** Shows and opens the claim that the address names. */
    function goToClaim() {
      const claim = claims.find((c) => `#${c.id}` === location.hash);
      if (!claim) return;
      if (claim.hidden) {
        form.reset();
        filter();
      }
      claim.querySelector("details").open = true;
      claim.scrollIntoView();
    }

    for (const header of headers) {
      const column = header.dataset.column;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      button.addEventListener("click", () =>
        sort(column, header.getAttribute("aria-sort") === "ascending"),
      );
      header.append(button);
      form.elements.sort.add(new Option(button.textContent, column));
    }
    for (const field of filters) {
      if (field.type === "search") continue;
      const values = new Set(claims.map((c) => textOf(c, field.name)));
      const sorted = field.name === "chapter" ? [...values] : [...values].sort();
      for (const value of sorted) field.add(new Option(value, value));
    }
    form.elements.sort.addEventListener("change", (event) => {
      event.stopPropagation();
      sort(form.elements.sort.value, false);
    });
    for (const kind of ["input", "change"]) {
      form.addEventListener(kind, () => {
        filter();
        writeAddress();
      });
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () =>
      // The fields are empty after the event.
      setTimeout(() => {
        filter();
        writeAddress();
        sort("", false);
      }),
    );
    window.addEventListener("hashchange", goToClaim);
    form.hidden = false;
    readAddress();
    filter();
    goToClaim();
  }

  function start() {
    document.querySelectorAll(".d2l-evidence").forEach(enhance);
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
