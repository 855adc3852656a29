// @ts-check
// Charts in place: Plotly draws anew only what has changed.
import { meant, openMenu } from "./curve_menu.js"

/** @type {any} */
const page = window

/**
 * Loads one of Plotly's scripts once per page, whoever asks first. What all of Plotly can do, its
 * part can do as well, which is not loaded any more then.
 * @param {string} script its address
 * @param {string} whole the address of all of Plotly
 * @returns {Promise<any>}
 */
function plotly(script, whole) {
  const loaded = page.seqlabPlotly ??= {}
  loaded[script] ??= loaded[whole] ?? new Promise((resolve, reject) => {
    // The page's head has one already, for the part that most charts need (`first_paint.py`).
    const early = /** @type {HTMLScriptElement | null} */ (document.querySelector(`script[src="${script}"]`))
    if (early?.dataset.loaded) return resolve(page.Plotly)
    const tag = early ?? document.createElement("script")
    tag.addEventListener("load", () => resolve(page.Plotly))
    tag.addEventListener("error", () => {
      delete loaded[script] // so that the next chart tries again
      tag.remove()
      reject(new Error("Plotly could not be loaded"))
    })
    if (early) return
    Object.assign(tag, { src: script })
    document.head.append(tag)
  })
  return loaded[script]
}

/**
 * The page's theme, laid over what the figure says. Axes carry numbers: xaxis, xaxis2, ...
 * @param {Record<string, any>} layout
 * @param {Element} element
 * @returns {Record<string, any>}
 */
export function themed(layout, element) {
  const style = getComputedStyle(element)
  const text = style.getPropertyValue("--st-text-color").trim() || style.color
  const line = style.getPropertyValue("--st-border-color").trim() || "rgba(128,128,128,0.3)"
  const paper = style.getPropertyValue("--st-background-color").trim() || "white"
  const font = style.getPropertyValue("--st-font").trim() || style.fontFamily
  /** @type {Record<string, any>} */
  const result = {
    ...layout,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: font, size: 12, color: text, ...layout.font },
    hoverlabel: { bgcolor: paper, bordercolor: line, font: { color: text } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: text, activecolor: text },
  }
  for (const name of Object.keys(result)) {
    if (/^[xy]axis\d*$/.test(name)) {
      result[name] = { gridcolor: line, linecolor: line, zeroline: false, automargin: true, ...result[name] }
    }
  }
  for (const name of Object.keys(result).filter((key) => /^scene\d*$/.test(key))) {
    const axis = { gridcolor: line, linecolor: line, zerolinecolor: line, showbackground: false }
    const axes = ["xaxis", "yaxis", "zaxis"].map((key) => [key, { ...axis, ...result[name][key] }])
    result[name] = { ...result[name], ...Object.fromEntries(axes) }
  }
  return result
}

/**
 * The chart's buttons are reached by Enter and left by Escape: they are not in everybody's way.
 * @param {any} element
 */
function enterable(element) {
  const buttons = () => [...element.querySelectorAll(".modebar-btn")]
  const reach = (/** @type {number} */ tabindex) => buttons().forEach((button) => button.setAttribute("tabindex", tabindex))
  if (!element.contains(document.activeElement) || document.activeElement === element) reach(-1)
  element.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && event.target === element) {
      reach(0)
      buttons()[0]?.focus()
    } else if (event.key === "Escape") {
      reach(-1)
      element.focus()
    }
  }
  element.onfocusout = (/** @type {FocusEvent} */ event) => {
    if (!element.contains(event.relatedTarget)) reach(-1)
  }
}

/**
 * The lines of a chart's first axes, as they are drawn in the window.
 * @param {any} element
 * @returns {{trace: any, points: [number, number][]}[]}
 */
function inPixels(element) {
  const { xaxis, yaxis } = element._fullLayout
  const { left, top } = element.getBoundingClientRect()
  const place = (/** @type {any} */ x, /** @type {any} */ y) => /** @type {[number, number]} */ ([
    left + xaxis._offset + xaxis.d2p(x), top + yaxis._offset + yaxis.d2p(y),
  ])
  const drawn = (/** @type {any} */ trace) => trace.type === "scatter" && trace.xaxis === "x" && trace.x && trace.visible === true
  return element._fullData.filter(drawn)
    .map((/** @type {any} */ trace) => ({ trace, points: Array.from(trace.x, (x, n) => place(x, trace.y[n])) }))
}

/**
 * Whether one must scroll to see it.
 * @param {Element} element
 */
function below(element) {
  return element.getBoundingClientRect().top > innerHeight
}

/** @returns {Promise<void>} kept when the rest of the page is there */
function idle() {
  return new Promise((resolve) => {
    if (page.requestIdleCallback) page.requestIdleCallback(() => resolve(), { timeout: 1000 })
    else setTimeout(resolve, 100) // Safari
  })
}

/**
 * Called by Streamlit whenever Python has sent something (`seqlab.ui.components.chart`).
 * @param {{data: any, parentElement: any, setTriggerValue: any}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const element = parentElement.querySelector(".seqlab-chart")
  element.act = (/** @type {string} */ act) => setTriggerValue("act", act)
  const seen = [data.figure, data.height, getComputedStyle(element).color].join()
  if (element.seen === seen) return // a tick without news
  element.seen = seen
  element.style.height = `${data.height}px`
  const figure = JSON.parse(data.figure)
  const axes = { xaxis: {}, yaxis: {} }
  // Under a finger the page scrolls; the buttons, which would always be there, lay on the legend.
  const touched = matchMedia("(hover: none)").matches
  const config = { responsive: true, displaylogo: false, displayModeBar: touched ? false : "hover", showSendToCloud: false,
    doubleClick: "reset", // to the axes that Python chose; Plotly's own way takes others every second time
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] }
  // Axes of categories and of numbers: Plotly keeps what it found out about the ones before.
  const kind = figure.data.map((/** @type {any} */ trace) => trace.type).join()
  const draw = async (/** @type {any} */ Plotly) => {
    if (element.kind !== kind) Plotly.purge(element)
    element.kind = kind
    await Plotly.react(element, figure.data, themed({ ...axes, ...figure.layout, ...(touched && { dragmode: false }) }, element), config)
    element.setAttribute("aria-label", `${data.alt} Press Enter for the chart's buttons.`)
    enterable(element)
    if (element.listens) return
    element.listens = true
    // Plotly looks at the window alone: a lesson that comes or goes makes the page's column another width.
    new ResizeObserver(() => {
      const { clientWidth, _fullLayout } = element
      if (clientWidth && Math.abs(clientWidth - (_fullLayout?.width ?? clientWidth)) > 1) page.Plotly.Plots.resize(element)
    }).observe(element)
    // Which curve is meant is settled when the mouse or finger goes down: the second of two clicks
    // within half a second has moved the axes (Plotly's double click) before it is told.
    /** @type {(() => void) | undefined} */
    let open
    element.addEventListener("pointerdown", (/** @type {PointerEvent} */ { clientX: x, clientY: y }) => {
      const curve = meant(inPixels(element), [x, y])
      open = curve && (() => openMenu(element, curve.meta, { x, y }, element.act))
    })
    element.addEventListener("click", (/** @type {MouseEvent} */ { target }) => {
      if (/** @type {Element} */ (target).matches(".nsewdrag")) open?.() // not a button, nor the legend
    })
  }
  element.latest = draw
  // A picture to keep: twice as fine, on the page's own background.
  element.save = (/** @type {string} */ filename) => plotly(data.script, data.whole).then((Plotly) => {
    const paper = getComputedStyle(element).getPropertyValue("--st-background-color").trim() || "white"
    const layout = { ...element.layout, paper_bgcolor: paper }
    const { clientWidth: width, clientHeight: height } = element
    return Plotly.downloadImage({ data: element.data, layout }, { format: "png", scale: 2, width, height, filename })
  })
  // Two updates may arrive while the script loads: only the newest is drawn.
  const newest = (/** @type {any} */ Plotly) => element.latest === draw ? draw(Plotly) : undefined
  plotly(data.script, data.whole).then(async (Plotly) => {
    if (!element.kind && below(element)) await idle() // what is in sight comes first
    return newest(Plotly)
  })
    // A part of Plotly in which something is missing after all.
    .catch((error) => data.script === data.whole ? Promise.reject(error) : plotly(data.whole, data.whole).then(newest))
    .catch((error) => { element.textContent = error.message })
}
