// Heat maps of one layer and one sequence over the saved epochs, played in the browser.
//
// Python sends every frame at once (a byte a value, zlib, base64); this file decodes each frame
// once, draws all of it on one canvas, and tells Python the epoch only when the handle is let go.

const INPUT_HEIGHT = 46
const OUTPUT_HEIGHT = 50
const SAID = 17 // more of it where symbols stand above the curve
const LINES_HEIGHT = 130
const TITLE = 20
const GAP = 14
const LEFT = 34 // for the numbers of an axis
const RIGHT = 8
const PLAY_SECONDS = 7 // from the first frame to the last, but
const FASTEST = 60 // milliseconds a frame at least
const SLOWEST = 450

const players = new WeakMap()

export default function (component) {
  const root = component.parentElement.querySelector(".seqlab-player")
  if (!players.has(root)) players.set(root, new Player(root))
  const player = players.get(root)
  player.report = component.setStateValue
  player.update(component.data)
  return () => {
    player.close()
    players.delete(root)
  }
}

// A frame's bytes and numbers -------------------------------------------------------------------

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}

async function inflate(base64) {
  const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("deflate"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

async function decode(frame) {
  return {
    epoch: frame.epoch,
    version: frame.version, // of the weights: a run that goes on may train an epoch anew
    reach: frame.reach,
    said: frame.said,
    bytes: await inflate(frame.z),
    output: new Float32Array(bytesOf(frame.output).buffer),
  }
}

// 256 colours along a scale of [position, "#rrggbb"] stops
function palette(stops) {
  const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))
  const colours = []
  for (let i = 0; i < 256; i++) {
    const at = i / 255
    let k = 1
    while (k < stops.length - 1 && stops[k][0] < at) k++
    const [[from, low], [to, high]] = [stops[k - 1], stops[k]]
    const share = Math.min(1, Math.max(0, (at - from) / (to - from)))
    const [a, b] = [channels(low), channels(high)]
    colours.push(a.map((value, c) => Math.round(value + share * (b[c] - value))))
  }
  return colours
}


// Short enough to stand beside an axis
function round(value) {
  const size = Math.abs(value)
  if (size >= 100) return `${Math.round(value)}`
  if (size > 0 && size < 0.01) return value.toExponential(0)
  return `${parseFloat(value.toPrecision(size < 1 ? 2 : 3))}`
}
// Whether the page's text is lighter than mid-grey
function isDark(element) {
  const [r, g, b] = (getComputedStyle(element).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number)
  return 0.3 * r + 0.6 * g + 0.1 * b > 127
}

const percent = (share) => `${Math.round(100 * share)} %`
const when = (epoch) => (epoch === 0 ? "before training" : `epoch ${epoch}`)

// What is on the page ---------------------------------------------------------------------------

class Player {
  constructor(root) {
    this.root = root
    this.canvas = root.querySelector("canvas")
    this.slider = root.querySelector("input[type=range]")
    this.button = root.querySelector("button.play")
    this.best = root.querySelector("button.best")
    this.order = root.querySelector("select")
    this.compare = root.querySelector("input[type=checkbox]")
    this.tip = root.querySelector(".tip")
    this.frames = new Map() // epoch -> decoded frame, of `this.id`
    this.follow = true // the newest epoch, also when it is a new one
    this.epoch = null
    this.unit = null // row of the data, not of the picture
    this.timer = null
    this.listen()
    this.watcher = new ResizeObserver(() => this.draw())
    this.watcher.observe(root)
  }

  close() {
    this.watcher.disconnect()
    clearTimeout(this.timer)
    clearTimeout(this.waiting)
  }

  listen() {
    this.slider.oninput = () => {
      this.pause()
      this.show(this.epochs[this.slider.valueAsNumber])
      this.follow = this.slider.value === this.slider.max
    }
    this.slider.onchange = () => this.tell() // the handle is let go
    this.best.onclick = () => {
      this.pause()
      this.follow = this.data.best === this.epochs.at(-1)
      this.show(this.data.best)
      this.tell()
    }
    this.button.onclick = () => (this.timer ? this.pause(true) : this.play())
    this.root.onkeydown = (event) => {
      const native = event.target === this.button || event.target === this.order || event.target === this.compare
      if (event.key === " " && !native && event.target.tagName !== "BUTTON") {
        event.preventDefault()
        this.button.click()
      }
    }
    this.canvas.onkeydown = (event) => this.key(event)
    this.order.onchange = () => this.draw()
    this.compare.onchange = () => this.draw()
    this.canvas.onpointermove = (event) => this.point(event)
    this.canvas.onpointerleave = () => this.point(null)
    this.canvas.onclick = (event) => this.pick(event)
    this.root.querySelector("button.png").onclick = () => this.save()
  }

  async update(data) {
    const [old, version] = [this.data, (this.version ?? 0) + 1]
    this.version = version
    if (!this.palettes) {
      this.palettes = { sequential: palette(data.scales.sequential), diverging: palette(data.scales.diverging) }
    }
    const same = old?.id === data.id
    const known = same ? this.frames : new Map()
    const decoded = await Promise.all(
      data.frames.map((frame) => {
        const old = known.get(frame.epoch)
        return old?.version === frame.version ? old : decode(frame)
      }),
    )
    if (this.version !== version) return // newer data came while this was unpacked
    this.frames = new Map(decoded.map((frame) => [frame.epoch, frame]))
    this.epochs = decoded.map((frame) => frame.epoch)
    this.data = data
    if (old?.run !== data.run) {
      this.pause()
      this.follow = data.epoch === null
      this.epoch = this.told = data.epoch
    }
    if (!same && old && (old.cell !== data.cell || old.units !== data.units)) this.unit = null
    if (this.unit === null && data.unit !== null) this.unit = Math.min(data.units - 1, Math.floor(data.unit / data.stride))
    this.slider.max = this.epochs.length - 1
    this.root.querySelector(".notes").textContent = data.notes
    this.best.hidden = !data.frames.some((frame) => frame.epoch === data.best)
    this.best.title = `The epoch with the lowest val_loss: ${data.best}`
    this.orders()
    if (this.follow && !this.timer) this.epoch = this.epochs.at(-1)
    this.show(this.nearest(this.epoch))
  }

  nearest(epoch) {
    return this.epochs.reduce((best, each) => (Math.abs(each - epoch) < Math.abs(best - epoch) ? each : best))
  }

  orders() {
    const names = Object.keys(this.data.orders)
    if (names.join() === [...this.order.options].map((option) => option.value).join()) return
    this.order.replaceChildren(...names.map((name) => new Option(name, name)))
  }

  // ---- epochs

  show(epoch) {
    this.epoch = epoch
    const index = this.epochs.indexOf(epoch)
    this.slider.value = index
    this.slider.style.setProperty("--at", `${(100 * index) / Math.max(1, this.epochs.length - 1)}%`)
    const last = index === this.epochs.length - 1
    const live = last && this.data.active ? " (training)" : ""
    this.root.querySelector("output").textContent = `${epoch === 0 ? "Before training" : `Epoch ${epoch}`}${live}`
    this.slider.setAttribute("aria-valuetext", when(epoch))
    this.draw()
    clearTimeout(this.speaking) // a screen reader shall hear the last word only
    this.speaking = setTimeout(() => this.say(), this.timer ? 0 : 50)
  }

  tell() {
    const epoch = this.follow ? null : this.epoch
    clearTimeout(this.waiting)
    if (epoch === this.told) return
    // arrow keys come in a row: the last one counts
    this.waiting = setTimeout(() => {
      this.told = epoch
      this.report("shown", { run: this.data.run, epoch, unit: this.unitNumber() })
    }, 250)
  }

  unitNumber() {
    return this.unit === null ? null : this.unit * this.data.stride
  }

  play() {
    if (this.epoch === this.epochs.at(-1)) this.show(this.epochs[0])
    this.follow = false
    this.root.classList.add("playing")
    this.button.setAttribute("aria-label", "Pause")
    const step = () => {
      const next = this.epochs[this.epochs.indexOf(this.epoch) + 1]
      if (next === undefined) {
        this.follow = true
        this.pause(true)
        return
      }
      this.show(next)
      const pace = Math.min(SLOWEST, Math.max(FASTEST, (1000 * PLAY_SECONDS) / this.epochs.length))
      this.timer = setTimeout(step, pace)
    }
    this.timer = setTimeout(step, SLOWEST)
  }

  pause(told = false) {
    clearTimeout(this.timer)
    this.timer = null
    this.root.classList.remove("playing")
    this.button.setAttribute("aria-label", "Play")
    if (told) this.tell()
  }

  // ---- words

  // One sentence from the numbers of this frame; the bytes of 0.9 and 0.1 are 229.5 and 25.5.
  // Padding does not count.
  sentence() {
    const { data } = this
    const frame = this.frames.get(this.epoch)
    const size = data.units * data.steps
    const counts = (_, k) => k % data.steps < data.real / data.block
    const parts = data.maps.flatMap((map, i) => {
      const bytes = frame.bytes.subarray(i * size, (i + 1) * size).filter(counts)
      if (frame.reach[i] === 0) {
        let [open, shut] = [0, 0]
        for (const byte of bytes) {
          if (byte > 229) open++
          else if (byte < 26) shut++
        }
        return [`${map.title}: ${percent(open / bytes.length)} above 0.9, ${percent(shut / bytes.length)} below 0.1`]
      }
      let most = 0
      for (const byte of bytes) most = Math.max(most, Math.abs((byte / 255) * 2 - 1))
      return map.state ? [`${map.title} reaches ${(most * frame.reach[i]).toFixed(2)}`] : []
    })
    const start = this.epoch === 0 ? "Before training" : `Epoch ${this.epoch}`
    return `${start}. ${parts.join("; ")}.`
  }

  say() {
    if (!this.data) return
    const text = this.sentence()
    this.root.querySelector(".sentence").textContent = text
    this.canvas.setAttribute("aria-label", `${this.data.alt} ${text}`)
  }

  // ---- drawing

  style() {
    const style = getComputedStyle(this.root)
    const of = (name, other) => style.getPropertyValue(name).trim() || other
    return {
      text: of("--st-text-color", "#222"),
      line: of("--st-border-color", "#ccc"),
      paper: of("--st-background-color", "#fff"),
      accent: of("--st-primary-color", "#1d5fb8"),
      font: of("--st-font", "sans-serif"),
      code: of("--st-code-font", "monospace"),
    }
  }

  // Where everything stands, in CSS pixels
  layout(width) {
    const { data } = this
    const most = data.maps.length === 6 ? 3 : data.maps.length === 4 ? 2 : 1
    // before and after stand side by side, each a picture of its own
    const panes = this.compare.checked ? [this.epochs[0], this.epoch] : [this.epoch]
    const room = (width - LEFT - RIGHT - (panes.length - 1) * (LEFT + GAP)) / panes.length
    const columns = Math.min(most, room >= 440 ? most : room >= 240 ? 2 : 1)
    const rows = Math.ceil(data.maps.length / columns)
    const wide = (room - (columns - 1) * GAP) / columns
    const tall = Math.min(most === 1 ? 260 : 190, Math.max(84, data.units * 7))
    const top = panes.length > 1 ? TITLE + 4 : 0
    const cells = []
    const strips = []
    let y = 0
    panes.forEach((epoch, pane) => {
      const left = LEFT + pane * (room + LEFT + GAP)
      for (let column = 0; column < columns; column++) {
        strips.push({ x: left + column * (wide + GAP), epoch, first: column === 0, pane, room })
      }
      y = top + TITLE + INPUT_HEIGHT + 4
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const i = data.grid[row * columns + column]
          if (i === undefined) continue
          const strip = pane * columns + column
          cells.push({ i, strip, x: strips[strip].x, y: y + TITLE, width: wide, height: tall, epoch, first: column === 0 })
        }
        y += TITLE + tall
      }
    })
    const outputs = y + 4
    const outputHeight = OUTPUT_HEIGHT + (this.frames.get(this.epoch).said ? SAID : 0)
    let bottom = outputs + TITLE + outputHeight + 18
    const lines = this.unit === null ? null : bottom + 6
    if (lines !== null) bottom = lines + TITLE + LINES_HEIGHT + 22
    const legend = bottom + 6
    return { panes, top, wide, cells, strips, outputs, outputHeight, lines, legend, height: legend + 26 }
  }

  draw() {
    if (!this.data || !this.frames.size) return
    const width = this.root.clientWidth
    if (!width) return
    const place = (this.place = this.layout(width))
    const scale = window.devicePixelRatio || 1
    const [w, h] = [Math.round(width * scale), Math.round(place.height * scale)]
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w
      this.canvas.height = h
      this.canvas.style.height = `${place.height}px`
    }
    const pen = this.canvas.getContext("2d")
    this.root.style.colorScheme = isDark(this.root) ? "dark" : "light" // for box and menu
    pen.setTransform(scale, 0, 0, scale, 0, 0)
    this.paint(pen, width, place, this.style())
  }

  paint(pen, width, place, style) {
    pen.fillStyle = style.paper
    pen.fillRect(0, 0, width, place.height)
    pen.font = `12px ${style.font}`
    pen.textBaseline = "alphabetic"
    const rows = this.data.orders[this.order.value] ?? null
    for (const strip of place.strips) {
      if (strip.first && place.top) {
        const words = when(strip.epoch)
        pen.font = `600 14px ${style.font}`
        this.label(pen, style, words[0].toUpperCase() + words.slice(1), strip.x, 14, "left", true)
        pen.font = `12px ${style.font}`
      }
      this.paintInput(pen, style, strip, place.top + TITLE, place.wide)
      this.paintOutput(pen, style, strip, place.outputs + TITLE, place.wide, place.outputHeight)
      this.paintSteps(pen, style, strip.x, place.outputs + TITLE + place.outputHeight + 13, place.wide, this.data.output.steps)
    }
    for (const cell of place.cells) this.paintMap(pen, style, cell, rows)
    if (place.lines !== null) this.paintLines(pen, style, place, width)
    this.paintLegend(pen, style, place.legend, width)
    this.paintCursor(pen, style, place)
  }

  label(pen, style, text, x, y, align = "left", strong = false, room = this.root.clientWidth - x) {
    pen.fillStyle = style.text
    pen.textAlign = align
    pen.globalAlpha = strong ? 1 : 0.75
    pen.fillText(align === "left" ? this.shortened(pen, text, room) : text, x, y)
    pen.globalAlpha = 1
  }

  // Words that would leave the picture on the right end with "…"
  shortened(pen, text, room) {
    if (pen.measureText(text).width <= room) return text
    let end = text.length
    while (end > 0 && pen.measureText(`${text.slice(0, end)}…`).width > room) end--
    return `${text.slice(0, end).trimEnd()}…`
  }

  centre(x, wide, step, steps = this.data.timesteps) {
    return x + ((step + 0.5) / steps) * wide
  }

  curve(pen, x, y, wide, high, values, [low, top], colour, thick = 1.5) {
    const { length } = values
    pen.strokeStyle = colour
    pen.lineWidth = thick
    pen.beginPath()
    values.forEach((value, t) => {
      const at = y + high - ((value - low) / (top - low || 1)) * high
      if (t) pen.lineTo(this.centre(x, wide, t, length), at)
      else pen.moveTo(this.centre(x, wide, t, length), at)
    })
    pen.stroke()
  }

  frameOf(pen, style, x, y, wide, high) {
    pen.strokeStyle = style.line
    pen.lineWidth = 1
    pen.strokeRect(x + 0.5, y + 0.5, wide - 1, high - 1)
  }

  // One symbol a step, as large as there is room; false if there is none
  symbols(pen, style, symbols, x, y, wide, colour) {
    const room = wide / symbols.length
    if (room < 4) return false
    pen.font = `${Math.min(13, Math.max(7, room * 1.5))}px ${style.code}`
    pen.textAlign = "center"
    symbols.forEach((symbol, t) => {
      pen.fillStyle = colour(t)
      pen.fillText(symbol.trim() || (symbol ? "·" : ""), this.centre(x, wide, t, symbols.length), y, room * 1.1)
    })
    pen.font = `12px ${style.font}`
    return true
  }

  paintInput(pen, style, { x, first, room }, y, wide) {
    const { input } = this.data
    this.frameOf(pen, style, x, y, wide, INPUT_HEIGHT)
    if (first) this.label(pen, style, input.title, x, y - 6, "left", true, room)
    if (input.symbols) {
      if (!this.symbols(pen, style, input.symbols, x, y + 27, wide, () => style.text)) {
        this.label(pen, style, "hover for the text", x + 6, y + 26, "left", false, wide)
      }
      return
    }
    const all = input.lines.flat()
    const [low, high] = [Math.min(...all), Math.max(...all)]
    input.lines.forEach((line, k) => {
      if (line.every((value) => value === 0 || value === 1)) return this.marks(pen, x, y, wide, line, input.colours[k])
      this.curve(pen, x, y + 4, wide, INPUT_HEIGHT - 8, line, [low, high], input.colours[k])
    })
    if (first) {
      this.label(pen, style, round(high), x - 4, y + 10, "right")
      this.label(pen, style, round(low), x - 4, y + INPUT_HEIGHT - 1, "right")
    }
  }

  // An input of zeros and ones
  marks(pen, x, y, wide, line, colour) {
    pen.fillStyle = colour
    pen.globalAlpha = 0.5
    const width = Math.max(2.5, wide / line.length)
    line.forEach((value, t) => value && pen.fillRect(this.centre(x, wide, t) - width / 2, y + 1, width, INPUT_HEIGHT - 2))
    pen.globalAlpha = 1
  }

  // The range of the outputs over all epochs, so that the picture does not jump
  range() {
    if (this.data.output.range) return this.data.output.range
    if (this.ranged?.frames === this.frames) return this.ranged.range
    const values = [...this.data.output.truth.flat()]
    for (const frame of this.frames.values()) {
      for (const value of frame.output) values.push(value)
    }
    const finite = values.filter(Number.isFinite) // a network that reads from both ends answers once
    const range = [finite.reduce((a, b) => Math.min(a, b), Infinity), finite.reduce((a, b) => Math.max(a, b), -Infinity)]
    this.ranged = { frames: this.frames, range }
    return range
  }

  paintOutput(pen, style, { x, first, room, epoch }, y, wide, tall) {
    const { output } = this.data
    const range = this.range()
    const frame = this.frames.get(epoch)
    this.frameOf(pen, style, x, y, wide, tall)
    if (first) this.label(pen, style, output.title, x, y - 6, "left", true, room)
    if (frame.said) {
      const wrong = (t) => output.right && frame.said[t] !== output.right[t]
      this.symbols(pen, style, frame.said, x, y + 14, wide, (t) => (wrong(t) ? output.colours[0] : style.text))
      y += SAID
      tall -= SAID
    }
    if (first) {
      this.label(pen, style, round(range[1]), x - 4, y + 10, "right")
      this.label(pen, style, round(range[0]), x - 4, y + tall - 1, "right")
    }
    const values = frame.output
    const count = output.names.length
    const height = (value) => y + 4 + (tall - 8) * (1 - (value - range[0]) / (range[1] - range[0] || 1))
    for (let k = 0; k < count; k++) {
      const line = Array.from({ length: output.steps }, (_, t) => values[t * count + k])
      const truth = output.truth[k]
      pen.setLineDash([3, 3])
      if (truth.length > 1) this.curve(pen, x, y + 4, wide, tall - 8, truth, range, output.truthColour)
      pen.setLineDash([])
      this.curve(pen, x, y + 4, wide, tall - 8, line, range, output.colours[k], 1.5)
      if (truth.length !== 1) continue
      const last = this.centre(x, wide, output.last)
      pen.fillStyle = output.colours[k]
      pen.beginPath()
      pen.arc(last, height(line[output.last]), 3.5, 0, 7)
      pen.fill()
      pen.strokeStyle = output.truthColour
      pen.lineWidth = 2
      pen.strokeRect(last - 4, height(truth[0]) - 4, 8, 8)
    }
  }

  paintSteps(pen, style, x, y, wide, timesteps = this.data.timesteps) {
    const most = Math.max(2, Math.floor(wide / 45))
    const nice = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((step) => timesteps / step <= most) ?? 1000
    const marks = [1]
    for (let step = nice; step <= timesteps; step += nice) if (step > 1) marks.push(step)
    for (const step of marks) {
      const half = pen.measureText(`${step}`).width / 2 // the last one may not leave the picture
      const at = Math.min(this.centre(x, wide, step - 1, timesteps), x + wide - half + 2)
      this.label(pen, style, `${step}`, at, y, "center")
    }
  }

  paintMap(pen, style, cell, rows) {
    const { data } = this
    const frame = this.frames.get(cell.epoch)
    const { units, steps } = data
    const reach = frame.reach[cell.i]
    const colours = reach === 0 ? this.palettes.sequential : this.palettes.diverging
    // one scale for all epochs: the widest
    const widest = reach === 0 ? 0 : Math.max(...[...this.frames.values()].map((each) => each.reach[cell.i]))
    const bytes = frame.bytes.subarray(cell.i * units * steps, (cell.i + 1) * units * steps)
    const image = new ImageData(steps, units)
    for (let row = 0; row < units; row++) {
      const from = (rows ? rows[row] : row) * steps
      for (let t = 0; t < steps; t++) {
        let byte = bytes[from + t]
        if (widest > reach) byte = Math.round(127.5 + ((byte - 127.5) * reach) / widest)
        const [r, g, b] = colours[byte]
        const to = 4 * ((units - 1 - row) * steps + t) // unit 1 at the bottom, as on any axis
        image.data[to] = r
        image.data[to + 1] = g
        image.data[to + 2] = b
        image.data[to + 3] = t >= data.real / data.block ? 70 : 255
      }
    }
    this.small ??= document.createElement("canvas")
    this.small.width = steps
    this.small.height = units
    this.small.getContext("2d").putImageData(image, 0, 0)
    pen.imageSmoothingEnabled = cell.width < steps || cell.height < units
    pen.drawImage(this.small, cell.x, cell.y, cell.width, cell.height)
    const title = data.maps[cell.i].title + (widest > 1 ? ` (±${widest})` : "")
    this.label(pen, style, title, cell.x, cell.y - 5, "left", true, cell.width)
    if (cell.first && !rows) {
      this.label(pen, style, "1", cell.x - 4, cell.y + cell.height, "right")
      this.label(pen, style, `${data.allUnits}`, cell.x - 4, cell.y + 9, "right")
    }
    if (this.unit !== null) {
      const row = rows ? rows.indexOf(this.unit) : this.unit
      const high = cell.height / units
      for (const [colour, thick] of [[style.paper, 4], [style.text, 1.5]]) { // seen on any colour
        pen.strokeStyle = colour
        pen.lineWidth = thick
        pen.strokeRect(cell.x, cell.y + cell.height - (row + 1) * high, cell.width, Math.max(high, 2))
      }
    }
  }

  value(frame, map, row, column) {
    const { units, steps } = this.data
    const byte = frame.bytes[(map * units + row) * steps + column]
    return frame.reach[map] === 0 ? byte / 255 : ((byte / 255) * 2 - 1) * frame.reach[map]
  }

  paintLines(pen, style, place, width) {
    const { data } = this
    const frame = this.frames.get(this.epoch)
    const [x, y, wide] = [LEFT, place.lines + TITLE, width - LEFT - RIGHT]
    this.frameOf(pen, style, x, y, wide, LINES_HEIGHT)
    const gates = data.maps.map((_, i) => i)
    const reach = Math.max(...frame.reach)
    const low = reach === 0 ? 0 : -reach
    const range = [low, Math.max(1, reach)]
    pen.strokeStyle = style.line
    for (const level of [0, 1]) {
      const at = y + LINES_HEIGHT * (1 - (level - range[0]) / (range[1] - range[0]))
      pen.beginPath()
      pen.moveTo(x, at)
      pen.lineTo(x + wide, at)
      pen.stroke()
      this.label(pen, style, `${level}`, x - 4, at + 4, "right")
    }
    if (reach > 0) this.label(pen, style, `${-reach}`, x - 4, y + LINES_HEIGHT, "right")
    let at = x
    const name = `unit ${this.unitNumber() + 1}`
    this.label(pen, style, name, at, y - 6, "left", true)
    at += pen.measureText(name).width + 14
    for (const i of gates) {
      const line = Array.from({ length: data.timesteps }, (_, t) => this.value(frame, i, this.unit, Math.floor(t / data.block)))
      this.curve(pen, x, y, wide, LINES_HEIGHT, line, range, data.maps[i].colour)
      pen.fillStyle = data.maps[i].colour
      pen.fillRect(at, y - 11, 14, 3)
      this.label(pen, style, data.maps[i].title, at + 18, y - 6)
      at += pen.measureText(data.maps[i].title).width + 32
    }
    this.paintSteps(pen, style, x, y + LINES_HEIGHT + 14, wide)
  }

  paintLegend(pen, style, y, width) {
    const bar = (x, colours, words) => {
      const gradient = pen.createLinearGradient(x, 0, x + 90, 0)
      for (let i = 0; i <= 16; i++) gradient.addColorStop(i / 16, `rgb(${colours[Math.round((i / 16) * 255)]})`)
      const [low, high, what] = words
      this.label(pen, style, low, x - 4, y + 12, "right")
      pen.fillStyle = gradient
      pen.fillRect(x, y + 4, 90, 9)
      this.label(pen, style, `${high}   ${what}`, x + 94, y + 12)
    }
    const reach = [...this.frames.values()].flatMap((frame) => frame.reach)
    let x = LEFT + 12
    if (reach.includes(0)) {
      bar(x, this.palettes.sequential, ["0", "1", width < 560 ? "gates" : "gates, shut to open"])
      x += width < 560 ? 170 : 260
    }
    if (reach.some((each) => each > 0)) bar(x, this.palettes.diverging, ["−1", "1", width < 560 ? "states" : "states; or ± what the title says"])
  }

  // ---- pointing at a step and a unit

  spot(event) {
    if (!event || !this.place) return null
    const box = this.canvas.getBoundingClientRect()
    const [x, y] = [event.clientX - box.left, event.clientY - box.top]
    const index = this.place.strips.findIndex((each) => x >= each.x && x < each.x + this.place.wide)
    if (index < 0) return null
    const strip = this.place.strips[index]
    const share = (x - strip.x) / this.place.wide
    const step = Math.floor(share * this.data.timesteps)
    const answer = Math.floor(share * this.data.output.steps) // an encoder's answer has other steps
    const cell = this.place.cells.find((c) => c.strip === index && y >= c.y && y < c.y + c.height)
    if (!cell) return { step, answer, x, y, strip, below: y > this.place.outputs }
    const row = Math.min(this.data.units - 1, Math.floor((1 - (y - cell.y) / cell.height) * this.data.units))
    const rows = this.data.orders[this.order.value]
    return { step, answer, x, y, strip, cell, unit: rows ? rows[row] : row }
  }

  point(event) {
    this.hover = this.spot(event)
    this.tellHover()
  }

  // The same from the keyboard: a step to the left or right, in the row of the chosen unit
  step(by) {
    const { data, place } = this
    const [strip, cell] = [place.strips.at(-1), place.cells.at(-1)]
    const step = Math.min(data.timesteps - 1, Math.max(0, (this.hover?.step ?? -1) + by))
    const [x, y] = [this.centre(strip.x, place.wide, step), cell.y]
    const answer = Math.floor(((step + 0.5) / data.timesteps) * data.output.steps)
    const row = this.unit === null ? {} : { cell, unit: this.unit }
    this.hover = { step, answer, x, y, strip, ...row }
    this.tellHover()
    this.canvas.setAttribute("aria-label", this.tip.textContent)
  }

  tellHover() {
    const { hover, data, tip } = this
    tip.hidden = !hover
    this.draw()
    if (!hover) return
    const words = [`step ${(hover.below ? hover.answer : hover.step) + 1}`]
    const apart = hover.below && data.output.steps !== data.timesteps
    if (!apart) {
      if (data.input.symbols) words.push(JSON.stringify(data.input.symbols[hover.step]))
      else words.push(...data.input.lines.map((line, k) => `${data.input.names[k]} ${round(line[hover.step])}`))
    }
    const frame = this.frames.get(hover.strip.epoch)
    if (hover.cell) {
      const value = this.value(frame, hover.cell.i, hover.unit, Math.floor(hover.step / data.block))
      words.push(`unit ${hover.unit * data.stride + 1}`, `${data.maps[hover.cell.i].title} = ${value.toFixed(2)}`)
    } else if (hover.below || data.output.steps === data.timesteps) {
      const count = data.output.names.length
      if (frame.said) words.push(`says ${JSON.stringify(frame.said[hover.answer])}`)
      data.output.names.forEach((name, k) => {
        const value = frame.output[hover.answer * count + k]
        if (Number.isFinite(value)) words.push(`${name} ${round(value)}`)
      })
    }
    tip.textContent = words.join(" · ")
    tip.style.top = `${hover.y + 14}px`
    const room = this.root.clientWidth - tip.offsetWidth - 4
    tip.style.left = `${Math.max(0, Math.min(hover.x + 12, room))}px`
  }

  paintCursor(pen, style, place) {
    if (!this.hover) return
    pen.strokeStyle = style.text
    pen.globalAlpha = 0.6
    pen.lineWidth = 1
    const apart = this.data.output.steps !== this.data.timesteps
    const [from, to] = [place.top + TITLE, place.outputs + (apart ? 0 : TITLE + place.outputHeight)]
    for (const { x } of place.strips) {
      const at = Math.round(this.centre(x, place.wide, this.hover.step)) + 0.5
      pen.beginPath()
      pen.moveTo(at, from)
      pen.lineTo(at, to)
      pen.stroke()
    }
    pen.globalAlpha = 1
  }

  pick(event) {
    const spot = this.spot(event)
    if (!spot?.cell) return
    this.choose(this.unit === spot.unit ? null : spot.unit)
  }

  key(event) {
    if (event.key === "Escape" && this.unit !== null) return this.choose(null)
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (by) {
      event.preventDefault()
      return this.step(by)
    }
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return
    event.preventDefault()
    const rows = this.data.orders[this.order.value] ?? Array.from({ length: this.data.units }, (_, i) => i)
    const at = this.unit === null ? -1 : rows.indexOf(this.unit)
    const next = at + (event.key === "ArrowUp" ? 1 : -1)
    this.choose(rows[Math.min(rows.length - 1, Math.max(0, next))])
  }

  choose(unit) {
    this.unit = unit
    this.draw()
    if (!this.data.tellsUnit) return
    clearTimeout(this.waiting)
    const shown = { run: this.data.run, epoch: this.follow ? null : this.epoch, unit: this.unitNumber() }
    this.told = shown.epoch
    this.waiting = setTimeout(() => this.report("shown", shown), 250)
  }

  save() {
    this.canvas.toBlob((blob) => {
      const link = document.createElement("a")
      link.href = URL.createObjectURL(blob)
      link.download = `gates_${this.data.run}_epoch_${this.epoch}.png`
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 1000)
    })
  }
}
