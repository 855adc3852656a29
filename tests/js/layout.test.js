import assert from "node:assert/strict"
import { test } from "node:test"
import { centre, layout, marks, spotAt } from "../../seqlab/ui/components/layout.js"

const wish = (more = {}) => ({
  width: 900, grid: [1, 0, 3, 2, 4, 5], columns: 3, units: 16, panes: [7], said: false, lines: false, ...more,
})

test("six maps stand in two rows of three where there is room", () => {
  const place = layout(wish())
  assert.deepEqual(place.cells.map((cell) => cell.i), [1, 0, 3, 2, 4, 5])
  assert.equal(new Set(place.cells.map((cell) => cell.y)).size, 2)
  assert.equal(place.strips.length, 3)
})

test("on a phone they stand below each other, and nothing leaves the picture", () => {
  const place = layout(wish({ width: 260 }))
  assert.equal(place.strips.length, 1)
  assert.equal(new Set(place.cells.map((cell) => cell.y)).size, 6)
  for (const cell of place.cells) assert.ok(cell.x + cell.width <= 260)
  for (const cell of place.cells) assert.ok(cell.y + cell.height <= place.outputs)
})

test("before and after are two panes of the same shape", () => {
  const place = layout(wish({ panes: [0, 7] }))
  assert.equal(place.cells.length, 12)
  assert.deepEqual(place.cells.slice(0, 6).map((cell) => cell.y), place.cells.slice(6).map((cell) => cell.y))
  assert.deepEqual([place.cells[0].epoch, place.cells[11].epoch], [0, 7])
})

test("a chosen unit makes room for its lines, symbols for themselves", () => {
  const [plain, lines, said] = [layout(wish()), layout(wish({ lines: true })), layout(wish({ said: true }))]
  assert.equal(plain.lines, null)
  assert.ok(lines.height > plain.height + 100)
  assert.ok(said.outputHeight > plain.outputHeight)
})

test("a point is found again where its step and unit are drawn", () => {
  const place = layout(wish())
  const shape = { timesteps: 20, answers: 20, units: 16, rows: null }
  for (const cell of place.cells) {
    for (const [step, unit] of [[0, 0], [7, 3], [19, 15]]) {
      const x = centre(cell.x, cell.width, step, 20)
      const y = cell.y + cell.height - ((unit + 0.5) / 16) * cell.height
      const spot = spotAt(place, x, y, shape)
      assert.deepEqual([spot.step, spot.unit, spot.cell.i], [step, unit, cell.i])
    }
  }
  assert.equal(spotAt(place, 1, 1, shape), null)
  assert.equal(spotAt(place, place.strips[0].x + 1, place.outputs + 5, shape).below, true)
})

test("other orders of the units are followed", () => {
  const place = layout(wish({ units: 2 }))
  const [cell] = place.cells
  const shape = { timesteps: 5, answers: 5, units: 2, rows: [1, 0] }
  assert.equal(spotAt(place, cell.x + 1, cell.y + cell.height - 1, shape).unit, 1)
})

test("an axis has round numbers and begins with 1", () => {
  assert.deepEqual(marks(22, 300), [1, 5, 10, 15, 20])
  assert.deepEqual(marks(4, 300), [1, 2, 3, 4])
  assert.ok(marks(5000, 300).length <= 8)
})

test("with little height the maps are flat, and numbers that are answered are left out", () => {
  const [tall, flat] = [layout(wish()), layout(wish({ compact: true }))]
  assert.ok(flat.height < 0.75 * tall.height)
  assert.equal(flat.outputHeight, 0)
  assert.ok(layout(wish({ compact: true, said: true })).outputHeight > 0) // symbols stay
  const lowest = Math.max(...flat.cells.map((cell) => cell.y + cell.height))
  assert.ok(flat.legend > lowest)
  assert.ok(flat.input < tall.input)
})
