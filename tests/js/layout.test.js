import assert from "node:assert/strict"
import { test } from "node:test"
import { centre, layout, marks, spotAt } from "../../seqlab/ui/components/layout.js"

const wish = (more = {}) => ({
  width: 900, grid: [1, 0, 3, 2, 4, 5], columns: 3, units: 16, panes: [7], letters: 0, said: false, apart: false,
  lines: false, ...more,
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
  for (const cell of place.cells) assert.ok(cell.y + cell.height <= place.outputs[0].y)
})

test("input and answer are drawn once, side by side above the first two columns", () => {
  const { inputs, outputs, strips, cells } = layout(wish())
  assert.deepEqual([inputs.length, outputs.length], [1, 1])
  assert.deepEqual([inputs[0].x, outputs[0].x], [strips[0].x, strips[1].x])
  assert.equal(inputs[0].y, outputs[0].y)
  assert.ok(inputs[0].y + inputs[0].height < cells[0].y)
})

for (const more of [{ letters: 60 }, { apart: true }, { apart: true, said: true, compact: true }]) {
  test(`with ${JSON.stringify(more)} each has the whole width, and numbers for its steps`, () => {
    const { inputs: [input], outputs: [output], cells } = layout(wish(more))
    assert.ok(input.width > 2.5 * cells[0].width)
    assert.equal(input.width, output.width)
    assert.ok(input.apart && output.apart)
    assert.ok(input.y + input.height < output.y)
    assert.ok(output.y + output.height < cells[0].y)
  })
}

test("before and after are two panes of the same shape", () => {
  const place = layout(wish({ panes: [0, 7] }))
  assert.equal(place.cells.length, 12)
  assert.deepEqual(place.cells.slice(0, 6).map((cell) => cell.y), place.cells.slice(6).map((cell) => cell.y))
  assert.deepEqual([place.cells[0].epoch, place.cells[11].epoch], [0, 7])
  assert.deepEqual(place.outputs.map((each) => each.epoch), [0, 7])
})

test("a chosen unit makes room for its lines, symbols for themselves", () => {
  const [plain, lines, said] = [layout(wish()), layout(wish({ lines: true })), layout(wish({ said: true }))]
  assert.equal(plain.lines, null)
  assert.ok(lines.height > plain.height + 100)
  assert.ok(said.outputs[0].height > plain.outputs[0].height)
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
  const { x, y, width } = place.outputs[0]
  const answered = spotAt(place, centre(x, width, 7, 20), y + 5, shape)
  assert.deepEqual([answered.below, answered.answer, answered.cell], [true, 7, undefined])
  assert.equal(spotAt(place, place.inputs[0].x + 1, y + 5, shape).below, false)
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

test("with little height the maps are flat, and on a phone numbers that are answered are left out", () => {
  const [tall, flat] = [layout(wish()), layout(wish({ compact: true }))]
  assert.ok(flat.height < 0.75 * tall.height)
  assert.equal(layout(wish({ compact: true, width: 260 })).outputs.length, 0)
  assert.equal(layout(wish({ compact: true, width: 260, said: true })).outputs.length, 1) // symbols stay
  const lowest = Math.max(...flat.cells.map((cell) => cell.y + cell.height))
  assert.ok(flat.legend > lowest)
  assert.ok(flat.inputs[0].height < tall.inputs[0].height)
})
