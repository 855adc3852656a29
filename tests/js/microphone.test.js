import assert from "node:assert/strict"
import { test } from "node:test"
import { CANNOT, DENIED, NONE, NOT_SECURE, obstacle } from "../../seqlab/ui/components/microphone.js"

const fine = { secure: true, able: true, microphones: 1, permission: "prompt" }

test("nothing is said where a microphone can be used, or where nobody knows", () => {
  assert.equal(obstacle(fine), "")
  assert.equal(obstacle({ ...fine, microphones: null, permission: null }), "")
})

test("each obstacle has its own sentence, the first cause first", () => {
  assert.equal(obstacle({ ...fine, microphones: 0 }), NONE)
  assert.equal(obstacle({ ...fine, permission: "denied", microphones: 0 }), DENIED)
  assert.equal(obstacle({ ...fine, able: false }), CANNOT)
  assert.equal(obstacle({ secure: false, able: false, microphones: null, permission: null }), NOT_SECURE)
})
