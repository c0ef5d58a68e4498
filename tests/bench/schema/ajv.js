// SPDX-License-Identifier: GPL-3.0-or-later
// As speed.c, with ajv: node ajv.js SCHEMA MESSAGES SECONDS
'use strict'

const fs = require('fs')
const Ajv = require('ajv/dist/2020')

const [schemaPath, messagesPath, seconds] = process.argv.slice(2)
const validate = new Ajv().compile(JSON.parse(fs.readFileSync(schemaPath, 'utf8')))
const messages = fs.readFileSync(messagesPath, 'utf8').trimEnd().split('\n')

function measure (check) {
  const start = process.cpuUsage()
  let n = 0
  for (;;) {
    for (let round = 0; round < 50; round++) {
      for (const message of messages) {
        if (!check(JSON.parse(message))) throw new Error(`${message} is not valid`)
        n++
      }
    }
    const used = process.cpuUsage(start)
    if (used.user + used.system > seconds * 1e6) return (used.user + used.system) / n
  }
}

// The compiler behind the scenes needs a while to know what is hot.
measure(validate)
console.log(JSON.stringify({ parse: measure(() => true), both: measure(validate) }))
