// One unit of one recurrent cell: the textbook's picture with the numbers of this step in it.

const PACE = 700 // milliseconds a step
const STYLES = ["fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "font-size", "font-weight",
  "font-family", "text-anchor", "opacity"]
const cells = new WeakMap()

export default function (component) {
  const root = component.parentElement.querySelector(".seqlab-cell")
  if (!cells.has(root)) cells.set(root, new Cell(root))
  cells.get(root).update(component.data)
  return () => {
    cells.get(root)?.pause()
    cells.delete(root)
  }
}

// Pictures: wires, boxes (an activation), operations, and numbers beside the wires. Names of values
// are those that `values` below computes.
const PICTURES = {
  LSTM: {
    size: [800, 420],
    body: [110, 40, 590, 320],
    wires: [
      "M30 90 H196", "M224 90 H416", "M444 90 H775", "M30 330 H560 V291", "M150 398 V331", "M210 330 V291",
      "M320 330 V291", "M430 330 V291", "M210 240 V105", "M320 240 V180 H415", "M430 240 V195", "M430 166 V105",
      "M560 240 V215 H635", "M650 90 V119", "M650 170 V200", "M650 229 V330 H775",
    ],
    boxes: [
      ["f", 210, 265, "forget_gate", "σ"], ["i", 320, 265, "input_gate", "σ"], ["g", 430, 265, "candidate", "φ"],
      ["o", 560, 265, "output_gate", "σ"], ["squashed", 650, 145, "cell", "φ"],
    ],
    operations: [["×", 210, 90], ["×", 430, 180], ["+", 430, 90], ["×", 650, 215]],
    numbers: [
      ["c before", 62, 78, "c_before"], ["h before", 62, 318, "h_before"], ["x", 150, 414, null],
      ["", 320, 80, "kept"], ["", 464, 140, "added"], ["c", 740, 78, "c"], ["h", 740, 318, "h"],
    ],
  },
  GRU: {
    size: [800, 420],
    body: [110, 40, 590, 320],
    wires: [
      "M30 90 H196", "M224 90 H506", "M534 90 H775", "M70 90 V330 H520 V291", "M150 398 V331", "M210 330 V291",
      "M360 330 V291", "M210 240 V105", "M360 240 V215 H500 V239", "M520 240 V195", "M520 166 V105", "M210 180 H505",
    ],
    boxes: [["z", 210, 265, "update_gate", "σ"], ["r", 360, 265, "reset_gate", "σ"], ["g", 520, 265, "candidate", "φ"]],
    operations: [["×", 210, 90], ["×", 520, 180], ["+", 520, 90]],
    numbers: [
      ["h before", 62, 78, "h_before"], ["x", 150, 414, null], ["", 360, 80, "kept"], ["1 − z", 360, 170, "rest"],
      ["", 554, 140, "added"], ["h", 740, 78, "h"],
    ],
  },
  SimpleRNN: {
    size: [800, 260],
    body: [200, 40, 400, 160],
    wires: ["M30 120 H285", "M314 120 H407", "M492 120 H775", "M300 238 V135"],
    boxes: [["h", 450, 120, "hidden", "φ"]],
    operations: [["+", 300, 120]],
    numbers: [["h before", 90, 108, "h_before"], ["x", 300, 254, null], ["", 358, 108, "sum"], ["h", 690, 108, "h"]],
  },
}
const ARROW =
  '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" markerHeight="5" orient="auto">' +
  '<path d="M0 0 L8 4 L0 8 z" class="head" /></marker></defs>'

const show = (value) => (Object.is(Math.round(value * 1000), -0) ? "0.000" : value.toFixed(3)).replace("-", "−")
const bracket = (value) => (value < 0 ? `(${show(value)})` : show(value))

class Cell {
  constructor(root) {
    this.root = root
    this.slider = root.querySelector("input")
    this.button = root.querySelector("button.play")
    root.querySelector("button.png").onclick = () => this.save()
    this.slider.oninput = () => {
      this.pause()
      this.show(this.slider.valueAsNumber - 1)
    }
    this.button.onclick = () => (this.timer ? this.pause() : this.play())
    root.onkeydown = (event) => {
      if (event.key !== " " || event.target.tagName === "BUTTON") return
      event.preventDefault()
      this.button.click()
    }
  }

  update(data) {
    const other = this.data?.id !== data.id
    this.data = data
    this.slider.max = data.timesteps
    if (other) this.pause()
    if (this.step === undefined) {
      // in the middle of what is read: at the first step all states before are 0
      const read = data.padding.flatMap((padding, t) => (padding ? [] : [t]))
      this.step = read[Math.floor(read.length / 2)] ?? 0
    }
    this.step = Math.min(this.step, data.timesteps - 1)
    this.lines()
    this.show(this.step)
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

  // What flows at a step
  values(t) {
    const { gates, states } = this.data
    const before = (name) => (t ? states[name][t - 1] : (this.data.begin[name] ?? 0))
    const of = (name) => gates[name].value[t]
    const found = { h: states.hidden[t], h_before: before("hidden") }
    if (this.data.cell === "LSTM") {
      Object.assign(found, {
        f: of("forget_gate"), i: of("input_gate"), g: of("candidate"), o: of("output_gate"),
        c: states.cell[t], c_before: before("cell"), squashed: this.data.squashed[t],
      })
      found.kept = found.f * found.c_before
      found.added = found.i * found.g
    } else if (this.data.cell === "GRU") {
      Object.assign(found, { z: of("update_gate"), r: of("reset_gate"), g: of("candidate") })
      found.rest = 1 - found.z
      found.kept = found.z * found.h_before
      found.added = found.rest * found.g
    } else {
      const gate = gates.hidden
      found.sum = gate.from_input[t] + gate.from_state[t] + gate.bias[t]
    }
    return found
  }

  show(t) {
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
    const values = this.values(t)
    this.picture(values, t)
    this.equations(values, t)
    this.root.querySelector(".sentence").textContent = this.sentence(values, t)
  }

  // What happens at this step, in words
  sentence(values, t) {
    const { data } = this
    const start = `Step ${t + 1}, unit ${data.unit}:`
    if (data.padding[t]) return `${start} padding is skipped, and the states stay as they were.`
    const share = (value) => `${Math.round(100 * value)} %`
    if (data.cell === "LSTM") {
      return `${start} it keeps ${share(values.f)} of its cell state (${show(values.c_before)} → ${show(values.kept)}), ` +
        `lets in ${share(values.i)} of the candidate ${show(values.g)} and shows ${share(values.o)} of what it then holds: h = ${show(values.h)}.`
    }
    if (data.cell === "GRU") {
      return `${start} it keeps ${share(values.z)} of its state (${show(values.h_before)} → ${show(values.kept)}) and takes ` +
        `${share(values.rest)} from the candidate ${show(values.g)}: h = ${show(values.h)}.`
    }
    const gate = data.gates.hidden
    const [input, state] = [Math.abs(gate.from_input[t]), Math.abs(gate.from_state[t])]
    return `${start} ${input > state ? "the input" : "the past"} weighs more (${show(gate.from_input[t])} from the input, ` +
      `${show(gate.from_state[t])} from all states before); ${data.phi} squashes the sum ${show(values.sum)} to h = ${show(values.h)}.`
  }

  // The input and the unit's states over time, with a cursor
  lines() {
    const { data } = this
    const curves = [...data.input.lines.map((line, k) => [line, data.input.colours[k], data.input.names[k]])]
    for (const name of Object.keys(data.states)) curves.push([data.states[name], data.colours[name], data.names[name]])
    const parts = curves.map(([line, colour, name], k) => {
      // The inputs in the upper half, the states in the lower one on a common scale about 0.
      const input = k < data.input.lines.length
      const some = input ? data.input.lines.flat() : Object.values(data.states).flat()
      const reach = Math.max(...some.map(Math.abs), 1e-9)
      const [low, high] = input ? [Math.min(...some), Math.max(...some)] : [-reach, reach]
      const [top, tall] = input ? [4, 36] : [48, 38]
      const points = line.map((value, t) => {
        const x = ((t + 0.5) / data.timesteps) * 1000
        return `${x.toFixed(1)},${(top + tall * (1 - (value - low) / (high - low || 1))).toFixed(1)}`
      })
      return [`<polyline points="${points.join(" ")}" stroke="${colour}" />`, colour, name]
    })
    const zero = '<line class="zero" x1="0" x2="1000" y1="67" y2="67" /><line class="zero" x1="0" x2="1000" y1="44" y2="44" />'
    this.root.querySelector(".lines").innerHTML =
      zero + parts.map(([part]) => part).join("") + '<line class="cursor" y1="0" y2="90" />'
    const symbols = this.root.querySelector(".symbols")
    const shown = data.input.symbols && data.timesteps <= 120 ? data.input.symbols : []
    symbols.replaceChildren(
      ...shown.map((symbol) => {
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
        span.style.color = colour
        return span
      }),
    )
  }

  picture(values, t) {
    const { data } = this
    const plan = PICTURES[data.cell]
    const [width, height] = plan.size
    const svg = this.root.querySelector(".picture")
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`)
    const [x, y, w, h] = plan.body
    const parts = [ARROW, `<rect class="body" x="${x}" y="${y}" width="${w}" height="${h}" rx="14" />`]
    for (const wire of plan.wires) parts.push(`<path class="wire" d="${wire}" marker-end="url(#arrow)" />`)
    for (const [key, cx, cy, gate, sign] of plan.boxes) {
      const colour = data.colours[gate]
      const name = key === "squashed" ? "φ(c)" : key
      const kind = sign === "σ" ? data.sigma : data.phi
      parts.push(
        `<rect class="box" x="${cx - 42}" y="${cy - 25}" width="84" height="50" rx="7" stroke="${colour}" />`,
        `<text class="name" x="${cx}" y="${cy - 7}">${name}: ${kind}</text>`,
        `<text x="${cx}" y="${cy + 14}" font-weight="600">${show(values[key])}</text>`,
      )
    }
    for (const [sign, cx, cy] of plan.operations) {
      parts.push(`<circle class="op" cx="${cx}" cy="${cy}" r="14" /><text x="${cx}" y="${cy + 5.5}">${sign}</text>`)
    }
    for (const [name, cx, cy, key] of plan.numbers) {
      const number = key === null ? data.input.said[t] : `${name ? `${name} = ` : ""}${show(values[key])}`
      const text = key === null ? `x = ${number}` : number
      parts.push(`<text x="${cx}" y="${cy}">${escape(text)}</text>`)
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
    copy.querySelectorAll("*").forEach((element, i) => {
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
      const pen = canvas.getContext("2d")
      pen.fillStyle = getComputedStyle(this.root).getPropertyValue("--st-background-color") || "white"
      pen.fillRect(0, 0, canvas.width, canvas.height)
      pen.drawImage(image, 0, 0, canvas.width, canvas.height)
      const link = document.createElement("a")
      link.href = canvas.toDataURL()
      link.download = `${this.data.cell}_unit_${this.data.unit}_step_${this.step + 1}.png`
      link.click()
    }
    image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`
  }

  equations(values, t) {
    const { data } = this
    const letters = { input_gate: "i", forget_gate: "f", candidate: "g", output_gate: "o", update_gate: "z", reset_gate: "r", hidden: "h" }
    const rows = Object.entries(data.gates).map(([name, gate]) => {
      let state = bracket(gate.from_state[t])
      if (gate.inner) state = `${show(values.r)} × ${bracket(gate.inner[t])}`
      const terms = `${show(gate.from_input[t])} + ${state} + ${bracket(gate.bias[t])}`
      return [data.colours[name], `${letters[name]} = ${gate.function}(${terms}) = ${show(gate.value[t])}`]
    })
    if (data.padding[t]) {
      const kept = { cell: `c = c before = ${show(values.c)}`, hidden: `h = h before = ${show(values.h)}` }
      for (const name of Object.keys(data.states)) rows.push([data.colours[name], kept[name]])
    } else if (data.cell === "LSTM") {
      const sum = `${show(values.f)} × ${bracket(values.c_before)} + ${show(values.i)} × ${bracket(values.g)}`
      rows.push([data.colours.cell, "c = f × c before + i × g"], [data.colours.cell, `  = ${sum} = ${show(values.c)}`])
      const product = `${show(values.o)} × ${bracket(values.squashed)}`
      rows.push([data.colours.hidden, `h = o × ${data.phi}(c) = ${product} = ${show(values.h)}`])
    }
    if (data.cell === "GRU" && !data.padding[t]) {
      const sum = `${show(values.z)} × ${bracket(values.h_before)} + ${show(values.rest)} × ${bracket(values.g)}`
      rows.push([data.colours.hidden, "h = z × h before + (1 − z) × g"], [data.colours.hidden, `  = ${sum} = ${show(values.h)}`])
    }
    const words = document.createElement("div")
    words.className = "words"
    words.textContent = data.padding[t]
      ? "This step is padding: it is skipped, and the states stay as they were."
      : "In brackets: what comes from the input (W x) + from the states of all units before (U h) + the bias."
    this.root.querySelector(".equations").replaceChildren(
      ...rows.map(([colour, text]) => {
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

function escape(text) {
  return text.replace(/[&<>]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[letter])
}
