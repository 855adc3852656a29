import assert from "node:assert/strict"
import { test } from "node:test"
import { pace, spotWords, wishOf } from "../../seqlab/ui/components/controls.js"

test("all frames take about seven seconds, but none is too quick or too slow", () => {
  assert.equal(pace(28), 250)
  assert.equal(pace(3), 450)
  assert.equal(pace(1000), 60)
})

test("arrows go through units in the order that is drawn", () => {
  assert.deepEqual(wishOf("ArrowUp", null, null, 4), { choose: 0 })
  assert.deepEqual(wishOf("ArrowUp", 3, null, 4), { choose: 3 })
  assert.deepEqual(wishOf("ArrowDown", 0, null, 4), { choose: 0 })
  assert.deepEqual(wishOf("ArrowUp", 2, [2, 0, 1], 3), { choose: 0 })
})

test("arrows go through steps; Escape lets a unit go; other keys are the page's", () => {
  assert.deepEqual(wishOf("ArrowLeft", 1, null, 4), { step: -1 })
  assert.deepEqual(wishOf("ArrowRight", null, null, 4), { step: 1 })
  assert.deepEqual(wishOf("Escape", 1, null, 4), { choose: null })
  assert.equal(wishOf("Escape", null, null, 4), null)
  assert.equal(wishOf("Tab", 1, null, 4), null)
})

const DATA = {
  units: 2, steps: 3, block: 1, stride: 1, timesteps: 3, maps: [{ title: "forget f" }],
  input: { symbols: null, lines: [[1, 2, 3]], names: ["sunspots"] },
  output: { steps: 3, names: ["prediction"] },
}
const FRAME = { reach: [0], bytes: new Uint8Array([0, 51, 255, 0, 0, 0]), output: new Float32Array([7, 8, 9]), said: null }

test("a point of a map is told with its number, one below with the answer", () => {
  const cell = { i: 0 }
  assert.equal(spotWords({ step: 1, answer: 1, cell, unit: 0 }, DATA, FRAME), "step 2 · sunspots 2 · unit 1 · forget f = 0.20")
  assert.equal(spotWords({ step: 2, answer: 2, below: true }, DATA, FRAME), "step 3 · sunspots 3 · prediction 9")
})

test("an answer with steps of its own is told without the input", () => {
  const data = { ...DATA, output: { steps: 2, names: ["P(a)"] }, input: { symbols: ["x", "y", "z"] } }
  const frame = { ...FRAME, said: ["a", "b"], output: new Float32Array([0.5, 0.25]) }
  assert.equal(spotWords({ step: 2, answer: 1, below: true }, data, frame), 'step 2 · says "b" · P(a) 0.25')
  assert.equal(spotWords({ step: 2, answer: 1 }, data, frame), 'step 3 · "z"')
})
