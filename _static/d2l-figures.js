/* Interactive figures, by progressive enhancement.
 *
 * A figure arrives as an image with the data of every frame beside it:
 *
 *   <div class="d2l-figure" data-kind="frames" role="group" aria-label="…">
 *     <img src="…" alt="…">
 *     <script type="application/json">
 *       {"layout": {…}, "config": {…},
 *        "controls": [{"name": "gamma", "label": "γ", "values": [0.5, 0.9],
 *                      "start": 0, "play": false}],
 *        "shared": [traces], "choose": false,
 *        "frames": {"0": [traces]}, "titles": {"0": "…"}}
 *     </script>
 *   </div>
 *
 * A key of "frames" and "titles" is the index of each control's value, joined
 * with ",". A trace {"shared": 2, "points": 9} in a frame stands for the first
 * nine points of shared trace 2, or for all of them without "points". With
 * "choose" there is a checkbox for each name of a trace. On a page with a figure, Plotly is loaded, once and from this
 * site, and a chart with native controls takes the image's place. Without
 * JavaScript, and in print, the image stays.
 */
(() => {
  "use strict";

  const PLOTLY = new URL("vendor/plotly.min.js", document.currentScript.src);
  const BLACK = "#000000"; // of the palette; it takes the color of the text
  const NARROW = 480; // px: below it the legend goes under the chart
  // An animation takes about this long, unless its frames are few or many.
  const PLAY_MS = 8000;
  const MIN_STEP_MS = 80;
  const MAX_STEP_MS = 600;

  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let count = 0;

  /** Returns a new element with `attributes`, and `children` inside. */
  function element(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  }

  function loadPlotly() {
    return new Promise((resolve, reject) => {
      const script = element("script", { src: PLOTLY.href });
      script.addEventListener("load", resolve);
      script.addEventListener("error", () =>
        reject(new Error(`could not load ${PLOTLY.href}`)),
      );
      document.head.append(script);
    });
  }

  /** Returns the colors of the page's theme, as defaults for a layout. */
  function themeDefaults() {
    const style = getComputedStyle(document.documentElement);
    const read = (name, otherwise) =>
      style.getPropertyValue(name).trim() || otherwise;
    const text = read("--pst-color-text-base", "#222");
    const line = read("--pst-color-border", "#bbb");
    const surface = read("--pst-color-background", "#fff");
    const axis = {
      automargin: true,
      color: text,
      gridcolor: line,
      linecolor: line,
      zerolinecolor: line,
    };
    const axis3d = { ...axis, backgroundcolor: surface };
    return {
      font: { color: text },
      hoverlabel: { bgcolor: surface, font: { color: text } },
      margin: { t: 20, r: 20, b: 50, l: 60 },
      paper_bgcolor: "rgba(0, 0, 0, 0)",
      plot_bgcolor: "rgba(0, 0, 0, 0)",
      scene: { xaxis: axis3d, yaxis: axis3d, zaxis: axis3d },
      xaxis: axis,
      yaxis: axis,
    };
  }

  /** Returns the figure's layout in the page's theme and for its width. */
  function themedLayout(given, narrow) {
    const template = given.template || {};
    const layout = {
      ...given,
      autosize: true,
      // A reader's zoom survives a change of frame.
      uirevision: "reader",
      template: {
        ...template,
        layout: { ...template.layout, ...themeDefaults() },
      },
    };
    delete layout.width;
    if (narrow) {
      layout.legend = {
        ...given.legend,
        orientation: "h",
        x: 0,
        xanchor: "left",
        y: -0.25,
        yanchor: "top",
      };
    }
    return layout;
  }

  /** Adds Play and step buttons that move `slider`. */
  function addButtons(row, slider, label, move) {
    let timer = null;
    const last = Number(slider.max);
    const stepMs = Math.min(Math.max(PLAY_MS / last, MIN_STEP_MS), MAX_STEP_MS);
    const step = (by) => move(Number(slider.value) + by);
    const button = (text, name, act) => {
      const node = element("button", { type: "button" }, text);
      node.setAttribute("aria-label", `${name}: ${label}`);
      node.addEventListener("click", act);
      return node;
    };
    const play = button("Play", "Play", () =>
      timer === null ? start() : stop(),
    );
    function name(text) {
      play.textContent = text;
      play.setAttribute("aria-label", `${text}: ${label}`);
    }
    function stop() {
      clearInterval(timer);
      timer = null;
      name("Play");
    }
    function start() {
      if (Number(slider.value) === last) move(0);
      timer = setInterval(() => {
        step(1);
        if (Number(slider.value) === last) stop();
      }, stepMs);
      name("Pause");
    }
    const stepTo = (by) => () => {
      stop();
      step(by);
    };
    // Whoever asked for less motion steps through the frames instead.
    const obey = () => {
      play.hidden = calm.matches;
      if (calm.matches) stop();
    };
    calm.addEventListener("change", obey);
    obey();
    slider.addEventListener("input", stop);
    row.append(
      element(
        "div",
        { class: "d2l-buttons" },
        play,
        button("‹", "Previous", stepTo(-1)),
        button("›", "Next", stepTo(1)),
      ),
    );
  }

  /** Returns a row with the label, slider and value of one control. */
  function controlRow(control, onChange) {
    const id = `d2l-control-${++count}`;
    const last = control.values.length - 1;
    const slider = element("input", {
      id,
      type: "range",
      name: control.name,
      min: 0,
      max: last,
      step: 1,
      value: control.start || 0,
    });
    const output = element("output", { for: id });
    const show = (index) => {
      const value = String(control.values[index]);
      output.textContent = value;
      slider.setAttribute("aria-valuetext", value);
    };
    const move = (index) => {
      slider.value = Math.min(Math.max(index, 0), last);
      show(Number(slider.value));
      onChange(Number(slider.value));
    };
    slider.addEventListener("input", () => move(Number(slider.value)));
    show(Number(slider.value));
    const label = element("label", { for: id }, control.label || control.name);
    const row = element(
      "div",
      { class: "d2l-control" },
      label,
      slider,
      output,
    );
    if (control.play) addButtons(row, slider, label.textContent, move);
    return row;
  }

  /** Returns the whole trace that `item` of a frame stands for. */
  function resolve(item, shared) {
    if (item.shared === undefined) return item;
    const trace = shared[item.shared];
    if (item.points === undefined) return trace;
    const cut = (values) => values.slice(0, item.points);
    return { ...trace, x: cut(trace.x), y: cut(trace.y) };
  }

  const colorOf = (trace) =>
    (trace.line || {}).color || (trace.marker || {}).color;

  /** Returns a trace that can be seen on the page's ground. */
  function onGround(trace, textColor) {
    if (colorOf(trace) !== BLACK) return trace;
    const recolored = { ...trace };
    for (const part of ["line", "marker"]) {
      if (trace[part]) recolored[part] = { ...trace[part], color: textColor };
    }
    return recolored;
  }

  /** Returns the color of each trace that has a name, by its name. */
  function namedTraces(data) {
    const colors = new Map();
    const all = [...(data.shared || []), ...Object.values(data.frames).flat()];
    for (const trace of all) {
      if (trace.name && !colors.has(trace.name)) {
        colors.set(trace.name, colorOf(trace));
      }
    }
    return colors;
  }

  /** Returns a checkbox for each name, which moves it out of or to `hidden`. */
  function choices(colors, hidden, onChange) {
    const boxes = [...colors].map(([name, color]) => {
      const box = element("input", { type: "checkbox", name, checked: "" });
      box.addEventListener("change", () => {
        if (box.checked) hidden.delete(name);
        else hidden.add(name);
        onChange();
      });
      const swatch = element("span", {
        class: "d2l-swatch",
        "aria-hidden": "true",
      });
      swatch.style.background = color === BLACK ? "currentcolor" : color;
      return element("label", {}, box, swatch, name);
    });
    return element(
      "fieldset",
      { class: "d2l-choices" },
      element("legend", {}, "Show"),
      ...boxes,
    );
  }

  /** Puts a chart and controls beside the image of one figure. */
  function enhance(figure) {
    const image = figure.querySelector("img");
    const data = JSON.parse(
      figure.querySelector('script[type="application/json"]').textContent,
    );
    const controls = data.controls || [];
    const layout = { ...data.layout };
    // The checkboxes with their colors are the legend.
    if (data.choose) layout.showlegend = false;
    const index = controls.map((control) => control.start || 0);
    const title = element("p", {
      class: "d2l-figure-title",
      "aria-live": "polite",
    });
    const chart = element("div", {
      class: "d2l-chart",
      role: "img",
      "aria-label": image.alt,
    });
    chart.style.height = `${layout.height || 400}px`;
    const rows = element("div", { class: "d2l-controls" });
    const hidden = new Set();
    let narrow = null;

    function drawn(item) {
      const textColor = themeDefaults().font.color;
      const trace = onGround(resolve(item, data.shared || []), textColor);
      return hidden.has(trace.name) ? { ...trace, visible: false } : trace;
    }

    /** Leaves room for the longest title, so that no frame moves the chart. */
    function reserveTitle() {
      const shown = title.textContent;
      title.textContent = Object.values(data.titles || {}).reduce(
        (longest, text) => (text.length > longest.length ? text : longest),
        "",
      );
      title.style.minHeight = "";
      title.style.minHeight = `${title.offsetHeight}px`;
      title.textContent = shown;
    }

    function draw() {
      const key = index.join(",");
      const frame = data.frames[key];
      const said = frame
        ? (data.titles || {})[key] || ""
        : "No result for this combination of values.";
      // A screen reader says again what is set again.
      if (title.textContent !== said) title.textContent = said;
      narrow = figure.clientWidth < NARROW;
      return window.Plotly.react(
        chart,
        (frame || []).map(drawn),
        themedLayout(layout, narrow),
        { displaylogo: false, ...data.config },
      );
    }

    controls.forEach((control, position) => {
      if (control.values.length < 2) return;
      rows.append(
        controlRow(control, (value) => {
          index[position] = value;
          draw();
        }),
      );
    });
    if (data.choose) rows.append(choices(namedTraces(data), hidden, draw));
    image.after(title, chart, rows);
    figure.classList.add("d2l-live");
    reserveTitle();
    draw();

    new MutationObserver(draw).observe(document.documentElement, {
      attributeFilter: ["data-theme"],
    });
    // Also fires when a folded part of the page that holds the figure opens.
    new ResizeObserver(() => {
      if (!chart.offsetWidth) return;
      reserveTitle();
      if (narrow !== figure.clientWidth < NARROW) draw();
      window.Plotly.Plots.resize(chart);
    }).observe(figure);
  }

  async function start() {
    const figures = document.querySelectorAll(
      '.d2l-figure[data-kind="frames"]',
    );
    if (!figures.length) return;
    try {
      await loadPlotly();
    } catch (error) {
      console.error(`d2l-figures: ${error.message}; the images stay`);
      return;
    }
    for (const figure of figures) {
      try {
        enhance(figure);
      } catch (error) {
        console.error("d2l-figures: a figure's data cannot be used", error);
      }
    }
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
