// @ts-check
// One unit of one recurrent cell: the textbook's picture with the numbers of this step in it.
import { bytesOf, imageOf, palette } from "./frames.js"
import { download, lookOf } from "./page.js"
import { bracket, digits, fill } from "./words.js"

const PACE = 700 // milliseconds a step
const STYLES = ["fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "font-size", "font-weight",
  "font-family", "text-anchor", "opacity"]
const cells = new WeakMap()

export default function (/** @type {any} */ component) {
  const root = component.parentElement.querySelector(".seqlab-cell")
  if (!cells.has(root)) cells.set(root, new Cell(root))
  cells.get(root).update(component.data)
  return () => {
    cells.get(root)?.pause()
    cells.delete(root)
  }
}

// A spectrogram as the address of a picture.
function spectrogram(/** @type {any} */ data) {
  const { bytes, rows } = data.input.image
  const canvas = document.createElement("canvas")
  canvas.width = data.timesteps
  canvas.height = rows
  const drawn = new ImageData(imageOf(bytesOf(bytes), rows, palette(data.scale)), data.timesteps, rows)
  canvas.getContext("2d")?.putImageData(drawn, 0, 0)
  return canvas.toDataURL()
}

const ARROW =
  '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" markerHeight="5" orient="auto">' +
  '<path d="M0 0 L8 4 L0 8 z" class="head" /></marker></defs>'

class Cell {
  /** @param {any} root */
  constructor(root) {
    this.root = root
    /** @type {any} the clock while it plays */
    this.timer = null
    this.slider = root.querySelector("input")
    this.button = root.querySelector("button.play")
    root.querySelector("button.png").onclick = () => this.save()
    this.slider.oninput = () => {
      this.pause()
      this.show(this.slider.valueAsNumber - 1)
    }
    this.button.onclick = () => (this.timer ? this.pause() : this.play())
    root.onkeydown = (/** @type {any} */ event) => {
      if (event.key !== " " || event.target.tagName === "BUTTON") return
      event.preventDefault()
      this.button.click()
    }
  }

  update(/** @type {any} */ data) {
    const other = this.data?.id !== data.id
    this.data = data
    this.slider.max = data.timesteps
    if (other) this.pause()
    if (this.step === undefined) {
      // in the middle of what is read: at the first step all states before are 0
      const read = data.padding.flatMap((/** @type {boolean} */ padding, /** @type {number} */ t) => (padding ? [] : [t]))
      this.step = read[Math.floor(read.length / 2)] ?? 0
    }
    this.step = Math.min(this.step, data.timesteps - 1)
    this.lines()
    this.show(this.step)
    // Who came for one place sees it, once.
    const marked = data.marked.join()
    if (marked && marked !== this.marked) this.root.querySelector(".picture").scrollIntoView({ block: "center" })
    this.marked = marked
  }

  play() {
    this.root.classList.add("playing")
    this.button.setAttribute("aria-label", "Pause")
    if (this.step === this.data.timesteps - 1) this.show(0)
    this.timer = setInterval(() => {
      if (this.step === this.data.timesteps - 1) this.pause()
      else this.show(this.step + 1)
    }, PACE)
  }

  pause() {
    clearInterval(this.timer)
    this.timer = null
    this.root.classList.remove("playing")
    this.button.setAttribute("aria-label", "Play")
  }

  show(/** @type {number} */ t) {
    this.step = t
    const { data } = this
    this.slider.value = t + 1
    this.slider.style.setProperty("--at", `${(100 * t) / Math.max(1, data.timesteps - 1)}%`)
    this.slider.setAttribute("aria-valuetext", `step ${t + 1} of ${data.timesteps}`)
    this.root.querySelector("output").textContent = `step ${t + 1} of ${data.timesteps}`
    const at = ((t + 0.5) / data.timesteps) * 1000
    const cursor = this.root.querySelector(".lines .cursor")
    cursor.setAttribute("x1", at)
    cursor.setAttribute("x2", at)
    this.picture(t)
    this.equations(t)
    this.root.querySelector(".sentence").textContent = this.sentence(t)
    const both = this.root.querySelector(".both") // on a phone it scrolls sideways, by the keyboard as well
    both.tabIndex = both.scrollWidth > both.clientWidth ? 0 : -1
  }

  // What happens at this step, in words
  sentence(/** @type {number} */ t) {
    const { data } = this
    const start = `Step ${t + 1}, unit ${data.unit}:`
    if (data.padding[t]) return `${start} padding is skipped, and the states stay as they were.`
    return `${start} ${fill(data.sentence, data.values, t)}`
  }

  // The input and the unit's states over time, with a cursor
  lines() {
    const { data } = this
    const curves = [...data.input.lines.map((/** @type {any} */ line, /** @type {number} */ k) => [line, data.input.colours[k], data.input.names[k]])]
    for (const state of data.states) curves.push([data.values[state.letter], state.colour, state.label])
    const parts = curves.map(([line, colour, name], k) => {
      // The inputs in the upper half, the states in the lower one on a common scale about 0.
      const input = k < data.input.lines.length
      const some = input ? data.input.lines.flat() : data.states.flatMap((/** @type {any} */ state) => data.values[state.letter])
      const reach = Math.max(...some.map(Math.abs), 1e-9)
      const [low, high] = input ? [Math.min(...some), Math.max(...some)] : [-reach, reach]
      const [top, tall] = input ? [4, 36] : [48, 38]
      const points = line.map((/** @type {any} */ value, /** @type {number} */ t) => {
        const x = ((t + 0.5) / data.timesteps) * 1000
        return `${x.toFixed(1)},${(top + tall * (1 - (value - low) / (high - low || 1))).toFixed(1)}`
      })
      return [`<polyline points="${points.join(" ")}" stroke="${colour}" />`, colour, name]
    })
    const zero = '<line class="zero" x1="0" x2="1000" y1="67" y2="67" /><line class="zero" x1="0" x2="1000" y1="44" y2="44" />'
    const image = data.input.image
      ? `<image href="${spectrogram(data)}" x="0" y="2" width="1000" height="40" preserveAspectRatio="none" />`
      : ""
    if (data.input.image) parts.unshift(["", "var(--st-text-color)", data.input.title])
    this.root.querySelector(".lines").innerHTML =
      image + zero + parts.map(([part]) => part).join("") + '<line class="cursor" y1="0" y2="90" />'
    const symbols = this.root.querySelector(".symbols")
    const shown = data.input.symbols && data.timesteps <= 120 ? data.input.symbols : []
    symbols.replaceChildren(
      ...shown.map((/** @type {string} */ symbol) => {
        const span = document.createElement("span")
        span.textContent = symbol.trim() || (symbol ? "·" : "")
        return span
      }),
    )
    const key = this.root.querySelector(".key")
    key.replaceChildren(
      ...parts.map(([, colour, name]) => {
        const span = document.createElement("span")
        span.textContent = `━ ${name}`
        span.style.color = `color-mix(in srgb, ${colour} 60%, var(--st-text-color))`
        return span
      }),
    )
  }

  picture(/** @type {number} */ t) {
    const { data } = this
    const plan = data.picture
    const [width, height] = plan.size
    const svg = this.root.querySelector(".picture")
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`)
    const [x, y, w, h] = plan.body
    const parts = [ARROW, `<rect class="body" x="${x}" y="${y}" width="${w}" height="${h}" rx="14" />`]
    for (const wire of plan.wires) parts.push(`<path class="wire" d="${wire}" marker-end="url(#arrow)" />`)
    const mark = (/** @type {string} */ key) => (data.marked.includes(key) ? "marked" : "")
    for (const [text, key, cx, cy, colour] of plan.boxes) {
      parts.push(
        `<rect class="box ${mark(key)}" x="${cx - 42}" y="${cy - 25}" width="84" height="50" rx="7" stroke="${colour}" />`,
        `<text class="name" x="${cx}" y="${cy - 7}">${text}</text>`,
        `<text x="${cx}" y="${cy + 14}" font-weight="600">${digits(data.values[key][t])}</text>`,
      )
    }
    for (const [sign, cx, cy] of plan.operations) {
      parts.push(`<circle class="op" cx="${cx}" cy="${cy}" r="14" /><text x="${cx}" y="${cy + 5.5}">${sign}</text>`)
    }
    for (const [name, cx, cy, key] of plan.numbers) {
      const number = key === "x" ? data.input.said[t] : digits(data.values[key][t])
      parts.push(`<text class="${mark(key)}" x="${cx}" y="${cy}">${escape(name ? `${name} = ${number}` : number)}</text>`)
    }
    svg.innerHTML = parts.join("")
    svg.classList.toggle("skipped", data.padding[t])
    svg.setAttribute("aria-label", `The ${data.cell} cell of unit ${data.unit} at step ${t + 1}.`)
  }

  // The picture as PNG. An image knows nothing of our style sheet: styles are written into it.
  save() {
    const svg = this.root.querySelector(".picture")
    const copy = svg.cloneNode(true)
    const originals = svg.querySelectorAll("*")
    copy.querySelectorAll("*").forEach((/** @type {any} */ element, /** @type {number} */ i) => {
      const style = getComputedStyle(originals[i])
      for (const name of STYLES) element.style.setProperty(name, style.getPropertyValue(name))
    })
    const { width, height } = svg.viewBox.baseVal
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg")
    copy.setAttribute("width", width)
    copy.setAttribute("height", height)
    const image = new Image()
    image.onload = () => {
      const canvas = document.createElement("canvas")
      canvas.width = 2 * width
      canvas.height = 2 * height
      const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
      pen.fillStyle = lookOf(this.root).paper
      pen.fillRect(0, 0, canvas.width, canvas.height)
      pen.drawImage(image, 0, 0, canvas.width, canvas.height)
      download(canvas, `${this.data.cell}_unit_${this.data.unit}_step_${this.step + 1}.png`)
    }
    image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`
  }

  equations(/** @type {number} */ t) {
    const { data } = this
    const rows = data.gates.map((/** @type {any} */ gate) => {
      const terms = [digits(gate.from_input[t])]
      if (gate.inner) terms.push(`${digits(data.values[gate.factor][t])} × ${bracket(gate.inner[t])}`)
      else if (gate.from_state) terms.push(bracket(gate.from_state[t]))
      terms.push(bracket(gate.bias[t]))
      return [gate.colour, `${gate.letter} = ${gate.function}(${terms.join(" + ")}) = ${digits(gate.value[t])}`]
    })
    if (data.padding[t]) {
      for (const { letter, colour } of data.states) {
        rows.push([colour, `${letter} = ${letter} before = ${digits(data.values[letter][t])}`])
      }
    } else {
      for (const [colour, text] of data.equations) rows.push([colour, fill(text, data.values, t)])
    }
    const words = document.createElement("div")
    words.className = "words"
    words.textContent = data.padding[t]
      ? "This step is padding: it is skipped, and the states stay as they were."
      : `In brackets: what comes from the input (W x) + ${data.reads ? "from the states of all units before (U h) + " : ""}the bias.`
    this.root.querySelector(".equations").replaceChildren(
      ...rows.map((/** @type {string[]} */ [colour, text]) => {
        const row = document.createElement("div")
        const mark = document.createElement("span")
        mark.textContent = "▌"
        mark.style.color = colour
        row.append(mark, text)
        return row
      }),
      words,
    )
  }
}

/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;" }

function escape(/** @type {string} */ text) {
  return text.replace(/[&<>]/g, (letter) => ENTITIES[letter])
}
