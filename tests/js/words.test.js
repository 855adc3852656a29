import assert from "node:assert/strict"
import { test } from "node:test"
import { bracket, digits, fill, percent, round, when } from "../../seqlab/ui/components/words.js"

test("a number beside an axis is short", () => {
  assert.deepEqual([190.2, -190.7, 12.345, 0.12345, 0, 0.00123].map(round), ["190", "-191", "12.3", "0.12", "0", "1e-3"])
})

test("three digits with a true minus sign, and no minus zero", () => {
  assert.equal(digits(-0.5), "−0.500")
  assert.equal(digits(-0.0001), "0.000")
  assert.equal(bracket(-0.5), "(−0.500)")
  assert.equal(bracket(0.5), "0.500")
})

test("a template takes the numbers of its step", () => {
  const values = { f: [0.25, 0.5], c: [-1, 2], heavier: ["the past", "the input"] }
  assert.equal(fill("{heavier}: keeps {f%} × {(c)} = {c}", values, 0), "the past: keeps 25% × (−1.000) = −1.000")
  assert.equal(fill("{heavier}: {f}", values, 1), "the input: 0.500")
})

test("moments and shares", () => {
  assert.equal(when(0), "before training")
  assert.equal(when(7), "epoch 7")
  assert.equal(percent(0.126), "13%")
})
