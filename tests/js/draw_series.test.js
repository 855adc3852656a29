import assert from "node:assert/strict"
import { test } from "node:test"
import { stroke } from "../../seqlab/ui/components/draw_series.js"

test("a quick stroke fills the steps between, in either direction", () => {
  const values = [0, 0, 0, 0, 0]
  stroke(values, { step: 0, value: 0 }, { step: 4, value: 8 })
  assert.deepEqual(values, [0, 2, 4, 6, 8])
  stroke(values, { step: 3, value: 1 }, { step: 1, value: 3 })
  assert.deepEqual(values, [0, 3, 2, 1, 8])
})

test("a stroke that stays on its step sets that alone", () => {
  const values = [1, 1]
  stroke(values, { step: 1, value: 5 }, { step: 1, value: 5 })
  assert.deepEqual(values, [1, 5])
})
